import { Refusal } from '#protocol/refusal.ts'
import { workgroupBytesOf, workgroupSizeOf } from '#protocol/wgsl/workgroup.ts'
import type { Reflection, ResourceBinding } from '#protocol/wgsl/reflection.ts'
import { deviceNeedsOf } from '../device-needs.ts'
import type { JobProgram } from '../job-program.ts'
import { jobMemoryBytesMax, memoryNeedsOf } from '../memory-needs.ts'
import type { UnitPlan } from '../unit-plan.ts'
import type { DispatchStep } from '../walk-steps.ts'

/**
 * What a kernel may need at most: the highest tiers that WebGPU implementations offer on common GPUs. A job beyond
 * them would wait for a device that does not exist.
 */
export const ceilings = {
  maxTextureDimension1D: 16_384,
  maxTextureDimension2D: 16_384,
  maxTextureDimension3D: 2_048,
  maxTextureArrayLayers: 2_048,
  maxBindingsPerBindGroup: 1_000,
  maxDynamicUniformBuffersPerPipelineLayout: 10,
  maxDynamicStorageBuffersPerPipelineLayout: 8,
  maxSampledTexturesPerShaderStage: 48,
  maxSamplersPerShaderStage: 16,
  maxStorageBuffersPerShaderStage: 16,
  maxStorageTexturesPerShaderStage: 8,
  maxUniformBuffersPerShaderStage: 12,
  maxUniformBufferBindingSize: 65_536,
  maxStorageBufferBindingSize: 2 ** 30,
  maxBufferSize: 2 ** 30,
  maxComputeWorkgroupStorageSize: 32_768,
  maxComputeInvocationsPerWorkgroup: 1_024,
  maxComputeWorkgroupSizeX: 1_024,
  maxComputeWorkgroupSizeY: 1_024,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65_535,
} as const

/**
 * All that a unit needs of its device, beside what is said of a binding or a dispatch with its place in the kernel.
 *
 * @throws {Refusal} `notPortable`
 */
export function checkNeeds(
  program: JobProgram,
  plan: UnitPlan,
  inputBytes: ReadonlyMap<string, number>,
): void {
  const { limits } = deviceNeedsOf(program, plan, [...inputBytes.values()])
  for (const [limit, value] of Object.entries(limits)) {
    const ceiling = Object.hasOwn(ceilings, limit) ? ceilings[limit as keyof typeof ceilings] : Infinity
    if (value > ceiling) throw refuse(`requires.limits.${limit}`, `The job needs ${limit} ${value}`, ceiling)
  }
  const { sharedBytes, laneBytes } = memoryNeedsOf(program, plan, inputBytes)
  if (sharedBytes + laneBytes > jobMemoryBytesMax)
    throw refuse('buffers', `A unit needs ${sharedBytes + laneBytes} bytes of GPU memory`, jobMemoryBytesMax)
}

/** A binding as the kernel declares it; how many there are of a kind stands in `requires`. @throws {Refusal} `notPortable` */
export function checkBinding(declared: ResourceBinding): void {
  const where = placeOf(declared)
  if (declared.group > 3) throw refuse(where, `"${declared.name}" is in group ${declared.group}`, 3)
  if (declared.binding >= ceilings.maxBindingsPerBindGroup)
    throw refuse(
      where,
      `"${declared.name}" is at binding ${declared.binding}`,
      ceilings.maxBindingsPerBindGroup - 1,
    )
  if (declared.kind !== 'uniform' && declared.kind !== 'storage') return
  const limit = declared.kind === 'uniform' ? 'maxUniformBufferBindingSize' : 'maxStorageBufferBindingSize'
  if (declared.bytesMin > ceilings[limit])
    throw refuse(where, `"${declared.name}" is declared with ${declared.bytesMin} bytes`, ceilings[limit])
}

/** A dispatch as it is made. @throws {Refusal} `notPortable`, or `kernelInvalid` for a size without a value. */
export function checkDispatch(reflection: Reflection, { dispatch, overrides, grid }: DispatchStep): void {
  const { entry } = dispatch
  const where = placeOf(entry)
  const size = workgroupSizeOf(reflection, entry, overrides)
  const invocations = size[0] * size[1] * size[2]
  const sides = ['maxComputeWorkgroupSizeX', 'maxComputeWorkgroupSizeY', 'maxComputeWorkgroupSizeZ'] as const
  for (const [axis, limit] of sides.entries())
    if ((size[axis] ?? 1) > ceilings[limit])
      throw refuse(
        where,
        `"${entry.name}" has workgroups of ${size.join(' × ')} invocations, ${size[axis] ?? 1} along ${'xyz'.charAt(axis)}`,
        ceilings[limit],
      )
  if (invocations > ceilings.maxComputeInvocationsPerWorkgroup)
    throw refuse(
      where,
      `"${entry.name}" has workgroups of ${size.join(' × ')} = ${invocations} invocations`,
      ceilings.maxComputeInvocationsPerWorkgroup,
    )
  const bytes = workgroupBytesOf(reflection, entry, overrides)
  if (bytes > ceilings.maxComputeWorkgroupStorageSize)
    throw refuse(
      where,
      `"${entry.name}" uses ${bytes} bytes of workgroup memory`,
      ceilings.maxComputeWorkgroupStorageSize,
    )
  if (!('length' in grid)) return
  const side = grid.find((count) => count > ceilings.maxComputeWorkgroupsPerDimension)
  if (side !== undefined)
    throw new Refusal(
      'notPortable',
      `"${entry.name}" is dispatched in ${grid.join(' × ')} workgroups; WebGPU takes at most ${ceilings.maxComputeWorkgroupsPerDimension} in a dimension.`,
      { where: 'passes', next: 'Spread them over x and y, or make the units smaller.' },
    )
}

function placeOf({ position }: { position: { line: number; column: number } }): string {
  return `${position.line}:${position.column}`
}

function refuse(where: string, what: string, most: number): Refusal {
  return new Refusal('notPortable', `${what}; no device that can be counted on has more than ${most}.`, {
    where,
    next: 'Need less of it: split the kernel into several passes, or the data into smaller pieces.',
  })
}
