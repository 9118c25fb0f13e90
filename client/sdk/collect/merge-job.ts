import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { completeManifest } from '#protocol/manifest-inference.ts'
import { parseManifest, type BindingPlan } from '#protocol/manifest.ts'
import { Refusal } from '#protocol/refusal.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { BufferBinding, Reflection, TypeLayout } from '#protocol/wgsl/reflection.ts'
import { collectInvalid, UnitLayout } from '#client/sdk/collect/unit-layout.ts'

/** Merges done by one unit: enough to hide what a unit costs beside its work, few enough for any device. */
const pairsMax = 64
const unitBytesMax = 2 * 1024 * 1024
/** Storage buffers are bound at multiples of this (the default of `minStorageBufferOffsetAlignment`). */
const offsetAlignment = 256
/** Units are numbered upwards, batch by batch; there is no end that a merge could reach. */
const unitsMax = 2 ** 20

/** What `left`, `right` and `merged` may be. */
const accesses = { left: 'read', right: 'read', merged: 'read_write' } as const

/** The merging of pairs as a job like any other, so that the same runner does it. */
export interface MergeJob {
  readonly manifest: CompleteManifest
  readonly wgsl: string
  /** Pairs that each unit merges, one dispatch each. */
  readonly pairs: number
  /** The size of one side of a pair, and how far apart they lie. */
  readonly bytes: number
  readonly stride: number
}

/**
 * The job that merges a manifest's results with its `reduce` kernel: an invocation for each element of `merged`.
 *
 * @throws {MaskError} or {Refusal}, with what of the kernel does not fit.
 */
export function mergeJobOf(manifest: CompleteManifest, wgsl: string): MergeJob {
  const file = manifest.collect.reduce?.wgsl ?? 'merge.wgsl'
  const bytes = new UnitLayout(manifest, 'merged').partBytesOf(0)
  const stride = Math.ceil(bytes / offsetAlignment) * offsetAlignment
  const pairs = Math.max(1, Math.min(pairsMax, Math.floor(unitBytesMax / stride)))
  const reflection = reflectIn(file, wgsl)
  const [entry, ...others] = reflection.entryPoints
  if (!entry || others.length > 0)
    throw collectInvalid(
      'collect.reduce',
      `${file} must have exactly one compute entry point`,
      `Correct ${file}.`,
    )
  const merged = bindingOf(reflection, 'merged', file)
  const place = (buffer: string): BindingPlan => ({ buffer, offset: `${stride}*$i`, size: bytes })
  const names = Object.keys(accesses) as (keyof typeof accesses)[]
  const bind = names.map((name) => {
    const { group, binding } = bindingOf(reflection, name, file)
    return [`${group}.${binding}`, place(name)] as const
  })
  const slices = { stride }
  const written = parseManifest({
    name: manifest.name,
    summary: manifest.summary,
    cause: manifest.cause,
    licence: manifest.licence,
    wgsl: [file],
    inputs: { left: { file: 'left', slice: slices }, right: { file: 'right', slice: slices } },
    buffers: {
      left: { from: 'input:left' },
      right: { from: 'input:right' },
      // Zeros, not a poison pattern: what the kernel leaves alone is then the same everywhere.
      merged: { bytes: `${stride}*$unit.count`, result: true, init: 'zero' },
    },
    passes: [
      {
        repeat: '$unit.count',
        do: [
          {
            entry: entry.name,
            bind: Object.fromEntries(bind),
            invocations: [elementsOf(merged.type, bytes)],
          },
        ],
      },
    ],
    units: { range: [0, pairs * unitsMax], granule: pairs },
    quorum: 1,
    collect: { kind: 'raw', buffer: 'merged' },
    price: manifest.price,
  })
  const complete = completeManifest(written, reflection, { inputBytes: new Map() }).manifest
  return { manifest: complete, wgsl, pairs, bytes, stride }
}

/** A refusal then names the file as well. */
function reflectIn(file: string, wgsl: string): Reflection {
  try {
    return reflect(wgsl)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const where = error.where === undefined ? file : `${file}:${error.where}`
    throw new Refusal(error.reason, error.message, {
      where,
      cause: error,
      ...(error.next && { next: error.next }),
    })
  }
}

function bindingOf(reflection: Reflection, name: keyof typeof accesses, file: string): BufferBinding {
  const access = accesses[name]
  const found = reflection.bindings.find((binding) => binding.name === name)
  if (found?.kind === 'storage' && found.access === access) return found
  throw collectInvalid(
    'collect.reduce',
    `${file} needs a variable "${name}" in var<storage, ${access}>`,
    'Declare left and right (read), and merged (read_write).',
  )
}

/** How many elements a runtime-sized array has, alone or at the end of a structure; anything else is one element. */
function elementsOf(type: TypeLayout, bytes: number): number {
  if (type.kind === 'array') return type.count ?? Math.floor(bytes / type.stride)
  const last = type.kind === 'struct' ? type.fields.at(-1) : undefined
  if (last?.type.kind !== 'array') return 1
  return last.type.count ?? Math.floor((bytes - last.offset) / last.type.stride)
}
