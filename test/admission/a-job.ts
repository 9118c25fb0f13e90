import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { concatBytes } from '#protocol/bytes.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import type { ContentId } from '#protocol/ids.ts'
import { planJob } from '#protocol/job-plan.ts'
import { decodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import type { RefusalReason } from '#protocol/refusal.ts'

export type Fields = Readonly<Record<string, unknown>>

/** A job as somebody sends it, good or bad. */
export interface SentJob {
  readonly manifest?: Fields
  readonly kernel?: string | Uint8Array<ArrayBuffer>
  readonly inputs?: Readonly<Record<string, Uint8Array<ArrayBuffer>>>
  readonly list?: string | Uint8Array<ArrayBuffer>
  /** The verify kernel's text. */
  readonly check?: string
}

/** A job that must be refused: why, where, and words that its author needs. */
export interface BadJob extends SentJob {
  readonly title: string
  readonly reason: RefusalReason
  readonly where?: string
  readonly says: RegExp
}

/** Lines 1 to 6 of the good kernel. */
const head = `struct Params { begin: u32, count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<f32>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
`

/** The good kernel with these statements from line 7 on, and with these declarations behind them. */
export function kernelDoing(statements: string, declarations = ''): string {
  return `${head}${statements}\n}\n${declarations}`
}

/** Squares of numbers. */
export const goodKernel = kernelDoing(`  let number = numbers[params.begin + id.x];
  squares[id.x] = number * number;`)

/** The good kernel with another text for each of these. */
export function kernelWith(...changes: readonly (readonly [text: string, other: string])[]): string {
  return changes.reduce((kernel, [text, other]) => {
    if (!kernel.includes(text)) throw new Error(`the good kernel has no "${text}"`)
    return kernel.replace(text, () => other)
  }, goodKernel)
}

export const goodBuffers = {
  params: { uniform: { begin: '$unit.begin', count: '$unit.count' } },
  numbers: { from: 'input:numbers' },
  squares: { bytes: '4*$unit.count', result: true },
} as const

export const goodBind = { '0.0': 'params', '0.1': 'numbers', '0.2': 'squares' } as const

/** The one dispatch of the good job. */
export function aDispatch(changes: Fields = {}): Fields {
  return { entry: 'main', bind: goodBind, workgroups: ['ceil($unit.count/64)'], ...changes }
}

function aManifest(changes: Fields = {}): Fields {
  return {
    name: 'Squares',
    summary: 'Squares of numbers.',
    cause: 'other',
    licence: 'MIT',
    wgsl: ['kernel.wgsl'],
    inputs: { numbers: { file: 'numbers.f32' } },
    buffers: goodBuffers,
    passes: [aDispatch()],
    units: { range: [0, 1024], granule: 256 },
    verify: { squares: { compare: 'tolerance', atol: 1e-5, rtol: 1e-4, as: 'f32' } },
    collect: { kind: 'raw', buffer: 'squares' },
    price: { perUnitMask: '0.002', budgetMask: '1' },
    ...changes,
  }
}

export const someNumbers = new Uint8Array(Float32Array.from({ length: 1024 }, (_, index) => index / 8).buffer)

/** A job as the coordinator has it before its kernel is examined. */
export interface StoredJob {
  readonly spec: JobSpec
  readonly kernel: Uint8Array
}

/** Blobs in memory; what `Blobs` asks for beyond `get` is not needed here. */
export class SomeBlobs {
  readonly #blobs = new Map<ContentId, Uint8Array<ArrayBuffer>>()

  put(bytes: Uint8Array<ArrayBuffer>): ContentId {
    const cid = contentIdOf(bytes)
    this.#blobs.set(cid, bytes)
    return cid
  }

  get(cid: ContentId): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return Promise.resolve(this.#blobs.get(cid))
  }
}

/**
 * What a coordinator does with a job before its kernel is examined: blobs are stored, the spec is decoded and priced.
 *
 * @throws {Refusal}
 */
export function received(sent: SentJob, blobs: SomeBlobs): StoredJob {
  const { manifest = {}, inputs = { numbers: someNumbers }, list, check } = sent
  const kernel = bytesOf(sent.kernel ?? goodKernel)
  const whole = aManifest(manifest)
  const declared = whole['inputs'] as Readonly<Record<string, { slice?: unknown }>>
  const stored = Object.entries(inputs).map(([name, bytes]) => [
    name,
    declared[name]?.slice === undefined ? blobs.put(bytes) : inPieces(bytes, blobs),
  ])
  const spec = decodeJobSpec(
    bytesOf(
      JSON.stringify({
        version: protocolVersion,
        manifest: whole,
        kernel: blobs.put(kernel),
        inputs: Object.fromEntries(stored) as unknown,
        ...(list !== undefined && { list: blobs.put(bytesOf(list)) }),
        ...(check !== undefined && { check: blobs.put(bytesOf(check)) }),
      }),
    ),
  )
  planJob(spec.manifest)
  return { spec, kernel }
}

function inPieces(bytes: Uint8Array<ArrayBuffer>, blobs: SomeBlobs): JobSpec['inputs'][string] {
  const digests: Uint8Array[] = []
  for (let begin = 0; begin < bytes.length; begin += limits.pieceBytes) {
    const piece = bytes.slice(begin, begin + limits.pieceBytes)
    blobs.put(piece)
    digests.push(sha256(piece))
  }
  return { pieces: blobs.put(concatBytes(...digests)), bytes: bytes.length }
}

function bytesOf(text: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof text === 'string' ? new Uint8Array(utf8ToBytes(text)) : text
}
