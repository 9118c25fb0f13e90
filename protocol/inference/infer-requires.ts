import type { BufferBinding, ResourceBinding } from '../wgsl/reflection.ts'
import { note, refuse, type Draft, type PlannedDispatch } from './draft.ts'
import { featureForStorage } from './storage-formats.ts'

/** WebGPU features by the WGSL extension that needs them. */
const featureOf: Readonly<Record<string, string>> = { f16: 'shader-f16', subgroups: 'subgroups' }

/** Limits whose default a kernel may exceed by what its declarations show. */
const defaultLimits = {
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBuffersPerShaderStage: 12,
  maxSampledTexturesPerShaderStage: 16,
  maxSamplersPerShaderStage: 16,
  maxStorageTexturesPerShaderStage: 4,
} as const
type CountedLimit = keyof typeof defaultLimits

/** What a device must have, as far as the kernel shows it, so that whoever matches devices need not read the kernel. */
export function inferRequires(draft: Draft, dispatches: readonly PlannedDispatch[]): void {
  const { manifest, reflection } = draft
  const features = [...manifest.requires.features]
  for (const extension of reflection.enables) {
    const feature = Object.hasOwn(featureOf, extension) ? featureOf[extension] : undefined
    if (feature === undefined || features.includes(feature)) continue
    features.push(feature)
    note(draft, 'requires.features', `${feature}: the kernel says "enable ${extension}"`)
  }
  for (const { where, entry } of dispatches)
    for (const binding of entry.bindings) {
      const feature = binding.kind === 'storageTexture' ? featureForStorage(binding) : 'none'
      if (feature === 'none' || features.includes(feature)) continue
      const what = `${binding.name} (line ${binding.position.line}) is ${formOf(binding)}`
      if (feature === 'never')
        throw refuse(
          where,
          `${what}, which WebGPU does not have`,
          'Only a native program can run this entry point.',
        )
      features.push(feature)
      note(draft, 'requires.features', `${feature}: ${what}`)
    }
  const limits = { ...manifest.requires.limits }
  for (const [limit, standard] of Object.entries(defaultLimits) as [CountedLimit, number][]) {
    const need = Math.max(0, ...dispatches.map(({ entry }) => countOf(limit, entry.bindings)))
    if (need <= Math.max(standard, limits[limit] ?? 0)) continue
    limits[limit] = need
    note(draft, `requires.limits.${limit}`, `${need}`)
  }
  manifest.requires = { ...manifest.requires, features, limits }
}

function formOf(binding: ResourceBinding): string {
  return binding.kind === 'storageTexture'
    ? `a storage texture <${binding.format}, ${binding.access}>`
    : binding.kind
}

function countOf(limit: CountedLimit, bindings: readonly ResourceBinding[]): number {
  return bindings.filter((binding) => limitOf(binding) === limit).length
}

function limitOf(binding: BufferBinding | ResourceBinding): CountedLimit | undefined {
  switch (binding.kind) {
    case 'storage':
      return 'maxStorageBuffersPerShaderStage'
    case 'uniform':
      return 'maxUniformBuffersPerShaderStage'
    case 'texture':
      return 'maxSampledTexturesPerShaderStage'
    case 'storageTexture':
      return 'maxStorageTexturesPerShaderStage'
    case 'sampler':
      return 'maxSamplersPerShaderStage'
    case 'externalTexture':
      return undefined
  }
}
