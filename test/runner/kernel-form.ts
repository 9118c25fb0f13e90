import { completeManifest } from '#protocol/manifest-inference.ts'
import { parseManifest, type CompleteManifest } from '#protocol/manifest.ts'
import { parseUnitList } from '#protocol/unit-list.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { JobSource } from '#runner/job-source.ts'

/** A small kernel that shows one form of the manifest, with what must come out. */
export interface KernelForm {
  /** What it shows. */
  readonly form: string
  /** Parts are joined by a newline. */
  readonly wgsl: string | readonly string[]
  /** The manifest's fields but for the titles, the price and what is inferred. */
  readonly job: Readonly<Record<string, unknown>>
  /** Inputs by name; each gets a plain entry in the manifest unless `job.inputs` has one. */
  readonly inputs?: Readonly<Record<string, ArrayBufferView>>
  /** The units list's text. */
  readonly list?: string
  /** Which units to run; only the first where nothing is said. */
  readonly units?: readonly number[]
  readonly expected: (unit: number) => ArrayBufferView
  /** How far f32 values may be off; without it every bit must be right. */
  readonly tolerance?: number
}

/** The form as a complete job. */
export function jobOf(form: KernelForm): JobSource {
  const wgsl = typeof form.wgsl === 'string' ? form.wgsl : form.wgsl.join('\n')
  const inputs = new Map(Object.entries(form.inputs ?? {}).map(([name, data]) => [name, bytesOf(data)]))
  const list =
    form.list === undefined ? undefined : parseUnitList(new TextEncoder().encode(form.list), 'units.csv')
  const plain = Object.fromEntries([...inputs.keys()].map((name) => [name, `${name}.bin`]))
  const manifest = aCompleteManifest(
    { ...form.job, inputs: { ...plain, ...(form.job['inputs'] as object | undefined) } },
    wgsl,
    { inputBytes: new Map([...inputs].map(([name, bytes]) => [name, bytes.length])), list },
  )
  const inputNamed = (name: string) => {
    const bytes = inputs.get(name)
    if (!bytes) throw new Error(`no input ${name}`)
    return bytes
  }
  return {
    key: form.form,
    manifest,
    wgsl,
    loadInput: (name) => Promise.resolve(inputNamed(name)),
    loadSlice: (name, begin, end) => Promise.resolve(inputNamed(name).slice(begin, end)),
    loadList: () => (list ? Promise.resolve(list) : Promise.reject(new Error('no list'))),
  }
}

/** A complete manifest from some of its fields. */
export function aCompleteManifest(
  parts: Readonly<Record<string, unknown>>,
  wgsl: string,
  facts: Parameters<typeof completeManifest>[2] = { inputBytes: new Map() },
): CompleteManifest {
  const author = parseManifest({
    name: 'form',
    summary: 'Shows a form of the manifest.',
    cause: 'other',
    licence: 'MIT',
    wgsl: ['kernel.wgsl'],
    units: { range: [0, 1] },
    price: { perUnitMask: '0.002', budgetMask: '100' },
    ...parts,
  })
  return completeManifest(author, reflect(wgsl), facts).manifest
}

export function bytesOf(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
}

export const words = (count: number, value: (index: number) => number) =>
  Uint32Array.from({ length: count }, (_, index) => value(index) >>> 0)

export const floats = (count: number, value: (index: number) => number) =>
  Float32Array.from({ length: count }, (_, index) => value(index))

/** Numbers that look like nothing in particular, the same every time. */
export const scrambled = (index: number) => Math.imul(index ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0
