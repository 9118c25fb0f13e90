import type { JobProgram } from './job-program.ts'
import { RunnerError } from './runner-error.ts'
import { paddedBytesOf } from './texture-shape.ts'
import { wholeWords, type UnitPlan } from './unit-plan.ts'

/**
 * GPU memory one job may take where nothing else is said. Browsers let WebGPU allocate until the GPU process dies,
 * taking every page's work with it, so a requester's sizes are bounded here.
 */
export const jobMemoryBytesMax = 1024 * 1024 * 1024

/** Memory for a job: what all its lanes share, and what each lane needs. All in bytes. */
export interface MemoryNeeds {
  readonly sharedBytes: number
  readonly laneBytes: number
}

/**
 * What a unit takes of the GPU's memory, staging, private copies and read-back included.
 *
 * @param inputBytes sizes of the whole inputs by name.
 */
export function memoryNeedsOf(
  program: JobProgram,
  plan: UnitPlan,
  inputBytes: ReadonlyMap<string, number>,
): MemoryNeeds {
  const { manifest, uses, uniforms } = program
  let laneBytes = sum([...plan.bufferBytes.values()]) + sum([...uniforms.values()].map(({ bytes }) => bytes))
  for (const { begin, end } of plan.slices.values()) laneBytes += wholeWords(end - begin)
  for (const [name, buffer] of Object.entries(manifest.buffers))
    if ('from' in buffer && uses.get(name)?.written === true)
      laneBytes += wholeWords(inputBytes.get(buffer.from.slice('input:'.length)) ?? 0)
  let sharedBytes = sum([...inputBytes.values()].map(wholeWords))
  for (const [name, shape] of plan.textures) {
    const written = uses.get(name)?.written === true
    const from = manifest.textures[name]?.from
    const shared = from !== undefined && !plan.slices.has(from.slice('input:'.length))
    if (shared) sharedBytes += shape.bytes
    if (written || !shared) laneBytes += shape.bytes
    if (manifest.textures[name]?.result) laneBytes += paddedBytesOf(shape)
  }
  laneBytes += plan.resultBytes
  return {
    sharedBytes,
    laneBytes: Math.max(laneBytes, (manifest.requires.memoryMiB ?? 0) * 1024 * 1024 - sharedBytes),
  }
}

/**
 * How many units may be on the GPU at once: 1 or 2.
 *
 * @throws {RunnerError} `tooLargeForDevice` when not even one fits.
 */
export function lanesWithin({ sharedBytes, laneBytes }: MemoryNeeds, bytesMax: number): number {
  const lanes = Math.min(2, Math.floor((bytesMax - sharedBytes) / Math.max(1, laneBytes)))
  if (lanes >= 1) return lanes
  throw new RunnerError(
    'tooLargeForDevice',
    `The job needs ${sharedBytes + laneBytes} bytes of GPU memory; at most ${bytesMax} are lent.`,
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
