import type { Manifest } from '#protocol/manifest.ts'
import { RunnerError } from './runner-error.ts'
import { bufferKindOf, wholeWords, type UnitPlan } from './unit-plan.ts'

/**
 * GPU memory one job may take. Browsers let WebGPU allocate until the GPU process dies, taking every page's work
 * with it, so a requester's sizes are bounded here.
 */
export const jobMemoryBytesMax = 1024 * 1024 * 1024

/** The device limits that a job may need raised. */
export type JobLimits = Record<
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxUniformBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxUniformBuffersPerShaderStage',
  number
>

export interface JobNeeds {
  readonly limits: JobLimits
  /** How many lanes fit into the memory bound: 1 or 2. */
  readonly lanes: number
}

/**
 * What a job needs of a device, judged by its largest unit (`plan`, that of unit 0).
 *
 * @throws {RunnerError} `tooLargeForDevice` when not even one lane fits into `jobMemoryBytesMax`.
 */
export function jobNeedsOf(
  manifest: Manifest,
  plan: UnitPlan,
  inputBytes: ReadonlyMap<string, number>,
): JobNeeds {
  const inputs = [...inputBytes.values()].map(wholeWords)
  const scratch = [...plan.bufferBytes.values()]
  const uniforms = [...plan.uniforms.values()].map((bytes) => bytes.length)
  const laneBytes = sum(scratch) + sum(uniforms) + plan.result.bytes
  const sharedBytes = sum(inputs)
  const lanes = Math.min(2, Math.floor((jobMemoryBytesMax - sharedBytes) / laneBytes))
  if (lanes < 1)
    throw new RunnerError(
      'tooLargeForDevice',
      `The job needs ${sharedBytes + laneBytes} bytes of GPU memory; at most ${jobMemoryBytesMax} are lent.`,
    )
  const storageMax = Math.max(0, ...scratch, ...inputs)
  const uniformMax = Math.max(0, ...uniforms)
  const counts = manifest.passes.flatMap((pass) =>
    pass.do.map((dispatch) => countKinds(manifest, Object.values(dispatch.bind))),
  )
  return {
    lanes,
    limits: {
      maxBufferSize: Math.max(storageMax, uniformMax),
      maxStorageBufferBindingSize: storageMax,
      maxUniformBufferBindingSize: uniformMax,
      maxStorageBuffersPerShaderStage: Math.max(...counts.map((count) => count.storage)),
      maxUniformBuffersPerShaderStage: Math.max(...counts.map((count) => count.uniform)),
    },
  }
}

function countKinds(manifest: Manifest, names: readonly string[]): { storage: number; uniform: number } {
  const uniform = names.filter((name) => {
    const buffer = manifest.buffers[name]
    return buffer !== undefined && bufferKindOf(buffer) === 'uniform'
  }).length
  return { storage: names.length - uniform, uniform }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
