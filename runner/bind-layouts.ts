import { assert, unreachable } from '#protocol/assert.ts'
import { textureFacts } from '#protocol/texture-formats.ts'
import type { ResourceBinding } from '#protocol/wgsl/reflection.ts'
import type { DispatchProgram, JobProgram, SlotProgram } from './job-program.ts'
import { RunnerError } from './runner-error.ts'

/** What the device was opened with, as far as layouts depend on it. */
export interface LayoutFacts {
  /** Whether 32-bit floats may be sampled with a linear filter. */
  readonly float32Filterable: boolean
}

/** `GPUShaderStage.COMPUTE`, which a place without WebGPU does not know. */
const compute = 4

/**
 * The entries of a dispatch's bind group layouts, by group; gaps are empty. They repeat what the kernel declares, so
 * that what an entry point leaves unused does no harm.
 *
 * @throws {RunnerError} `invalidJob` for what a compute job cannot bind.
 */
export function layoutEntriesOf(
  program: JobProgram,
  dispatch: DispatchProgram,
  facts: LayoutFacts,
): GPUBindGroupLayoutEntry[][] {
  const groups: GPUBindGroupLayoutEntry[][] = []
  for (const slot of dispatch.slots) {
    const { group, binding } = slot.declared
    while (groups.length <= group) groups.push([])
    groups[group]?.push({ binding, visibility: compute, ...resourceOf(program, slot, facts) })
  }
  return groups
}

function resourceOf(
  program: JobProgram,
  slot: SlotProgram,
  facts: LayoutFacts,
): Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'> {
  const { declared } = slot
  switch (declared.kind) {
    case 'uniform':
      return {
        buffer: { type: 'uniform', minBindingSize: declared.bytesMin, hasDynamicOffset: slot.dynamic },
      }
    case 'storage': {
      const type = declared.access === 'read_write' ? 'storage' : 'read-only-storage'
      return { buffer: { type, minBindingSize: declared.bytesMin, hasDynamicOffset: slot.dynamic } }
    }
    case 'texture': {
      if (declared.multisampled) throw impossible(declared, 'a multisampled texture, which no job has')
      const sampleType = sampleTypeOf(program, slot, declared.sample, facts)
      return { texture: { sampleType, viewDimension: declared.dimension } }
    }
    case 'storageTexture': {
      const access = { read: 'read-only', write: 'write-only', read_write: 'read-write' } as const
      const format = declared.format as GPUTextureFormat
      return {
        storageTexture: { access: access[declared.access], format, viewDimension: declared.dimension },
      }
    }
    case 'sampler':
      return { sampler: { type: samplerTypeOf(program, slot, declared.comparison) } }
    case 'externalTexture':
      throw impossible(declared, 'a texture from outside, which no job has')
    default:
      return unreachable(declared)
  }
}

function sampleTypeOf(
  { manifest }: JobProgram,
  { names }: SlotProgram,
  sample: 'f32' | 'i32' | 'u32' | 'depth',
  facts: LayoutFacts,
): GPUTextureSampleType {
  if (sample === 'i32') return 'sint'
  if (sample === 'u32') return 'uint'
  if (sample === 'depth') return 'depth'
  const coarse = names.some((name) => {
    const texture = manifest.textures[name]
    assert(texture, 'a texture slot binds textures')
    return textureFacts(texture.format).sample === 'unfilterable-float'
  })
  return coarse && !facts.float32Filterable ? 'unfilterable-float' : 'float'
}

function samplerTypeOf(
  { manifest }: JobProgram,
  { names }: SlotProgram,
  comparison: boolean,
): GPUSamplerBindingType {
  if (comparison) return 'comparison'
  return names.some((name) => manifest.samplers[name]?.filter === 'linear') ? 'filtering' : 'non-filtering'
}

function impossible(declared: ResourceBinding, what: string): RunnerError {
  return new RunnerError('invalidJob', `"${declared.name}" is ${what}.`)
}
