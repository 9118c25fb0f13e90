import { workgroupBytesOf, workgroupSizeOf } from '#protocol/wgsl/workgroup.ts'
import type { DispatchProgram, JobProgram } from './job-program.ts'
import type { UnitPlan } from './unit-plan.ts'
import { overridesIn } from './walk-steps.ts'

/** What a job needs of its device. */
export interface DeviceNeeds {
  readonly features: readonly string[]
  /** Taken where the adapter has them. */
  readonly featuresWished: readonly string[]
  /** Only those above WebGPU's defaults matter. */
  readonly limits: Readonly<Record<string, number>>
}

const featureOfExtension: Readonly<Record<string, string>> = {
  f16: 'shader-f16',
  subgroups: 'subgroups',
  subgroup_id: 'subgroups',
}

/** Formats of storage textures that every device has. */
const plainStorageFormats = new Set([
  'rgba8unorm', 'rgba8snorm', 'rgba8uint', 'rgba8sint', 'rgba16uint', 'rgba16sint', 'rgba16float',
  'r32uint', 'r32sint', 'r32float', 'rg32uint', 'rg32sint', 'rg32float', 'rgba32uint', 'rgba32sint', 'rgba32float',
]) // prettier-ignore

/**
 * Features and limits that a unit needs, by what it requires, what its kernel declares, and its sizes.
 *
 * @param inputBytes sizes of the buffers that inputs make.
 */
export function deviceNeedsOf(
  program: JobProgram,
  plan: UnitPlan,
  inputBytes: readonly number[],
): DeviceNeeds {
  const { requires } = program.manifest
  const enabled = program.reflection.enables.flatMap((extension) => featureOfExtension[extension] ?? [])
  const features = new Set([
    ...requires.features,
    ...enabled,
    ...program.dispatches.flatMap(storageFeaturesOf),
  ])
  const needs = new Map(Object.entries(requires.limits))
  const need = (limit: string, value: number) => needs.set(limit, Math.max(value, needs.get(limit) ?? 0))
  needForSizes(program, plan, inputBytes, need)
  for (const dispatch of program.dispatches) {
    needForSlots(dispatch, need)
    needForWorkgroup(program, dispatch, plan, need)
  }
  const linear = Object.values(program.manifest.samplers).some(({ filter }) => filter === 'linear')
  const featuresWished = linear ? ['float32-filterable'] : []
  return { features: [...features], featuresWished, limits: Object.fromEntries(needs) }
}

/** What several units need of one device. */
export function needsOfAll(needs: readonly DeviceNeeds[]): DeviceNeeds {
  const limits: Record<string, number> = {}
  for (const [name, value] of needs.flatMap((each) => Object.entries(each.limits)))
    limits[name] = Math.max(value, limits[name] ?? 0)
  return { features: needs[0]?.features ?? [], featuresWished: needs[0]?.featuresWished ?? [], limits }
}

type Need = (limit: string, value: number) => void

function storageFeaturesOf(dispatch: DispatchProgram): string[] {
  return dispatch.slots.flatMap(({ declared }) => {
    if (declared.kind !== 'storageTexture') return []
    const { format, access } = declared
    if (format === 'bgra8unorm') return ['bgra8unorm-storage']
    if (access === 'read_write' && !['r32uint', 'r32sint', 'r32float'].includes(format))
      return ['texture-formats-tier2']
    return plainStorageFormats.has(format) ? [] : ['texture-formats-tier1']
  })
}

function needForSizes(program: JobProgram, plan: UnitPlan, inputBytes: readonly number[], need: Need): void {
  const slots = program.dispatches.flatMap((dispatch) => dispatch.slots)
  const uniforms = slots.flatMap(({ declared }) => (declared.kind === 'uniform' ? [declared.bytesMin] : []))
  const slices = [...plan.slices.values()].map(({ begin, end }) => end - begin)
  const storage = Math.max(0, ...plan.bufferBytes.values(), ...inputBytes, ...slices)
  const uniform = Math.max(0, ...uniforms)
  need('maxBufferSize', Math.max(storage, uniform))
  if (slots.some(({ declared }) => declared.kind === 'storage')) need('maxStorageBufferBindingSize', storage)
  need('maxUniformBufferBindingSize', uniform)
  for (const { dimension, width, height, layers } of plan.textures.values()) {
    need(
      `maxTextureDimension${dimension.toUpperCase()}`,
      Math.max(width, height, dimension === '3d' ? layers : 1),
    )
    if (dimension === '2d') need('maxTextureArrayLayers', layers)
  }
}

const countedLimits = {
  uniform: 'maxUniformBuffersPerShaderStage',
  storage: 'maxStorageBuffersPerShaderStage',
  texture: 'maxSampledTexturesPerShaderStage',
  storageTexture: 'maxStorageTexturesPerShaderStage',
  sampler: 'maxSamplersPerShaderStage',
  externalTexture: 'maxSampledTexturesPerShaderStage',
} as const

function needForSlots({ slots }: DispatchProgram, need: Need): void {
  for (const [kind, limit] of Object.entries(countedLimits))
    need(limit, slots.filter(({ declared }) => declared.kind === kind).length)
  const dynamic = slots.filter((slot) => slot.dynamic)
  const dynamicUniforms = dynamic.filter(({ declared }) => declared.kind === 'uniform').length
  need('maxDynamicUniformBuffersPerPipelineLayout', dynamicUniforms)
  need('maxDynamicStorageBuffersPerPipelineLayout', dynamic.length - dynamicUniforms)
}

/** As at the first turn of every repeat. */
function needForWorkgroup(program: JobProgram, dispatch: DispatchProgram, plan: UnitPlan, need: Need): void {
  const counters = countersOf(program)
  const overrides = overridesIn(dispatch, { ...plan.variables, ...counters })
  const [x, y, z] = workgroupSizeOf(program.reflection, dispatch.entry, overrides)
  need('maxComputeWorkgroupSizeX', x)
  need('maxComputeWorkgroupSizeY', y)
  need('maxComputeWorkgroupSizeZ', z)
  need('maxComputeInvocationsPerWorkgroup', x * y * z)
  need('maxComputeWorkgroupStorageSize', workgroupBytesOf(program.reflection, dispatch.entry, overrides))
}

function countersOf(program: JobProgram): Record<string, number> {
  const counters: Record<string, number> = {}
  const visit = (steps: JobProgram['steps']): void => {
    for (const step of steps)
      if (step.kind === 'repeat') {
        if (step.counter !== undefined) counters[step.counter] = 0
        visit(step.steps)
      }
  }
  visit(program.steps)
  return counters
}
