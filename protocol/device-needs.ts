/** WebGPU features that a job may ask for: those a compute kernel can use and that tell little about a device. */
export const requirableFeatures: readonly string[] = [
  'shader-f16',
  'subgroups',
  'float32-filterable',
  'bgra8unorm-storage',
  'texture-formats-tier1',
  'texture-formats-tier2',
]

/**
 * WebGPU limits that a job may ask to be raised: what every device has, by the standard, and the highest tier that
 * implementations offer on common GPUs. A job beyond it would wait for a device that does not exist.
 */
const tiers: Readonly<Record<string, readonly [everywhere: number, highest: number]>> = {
  maxTextureDimension1D: [8_192, 16_384],
  maxTextureDimension2D: [8_192, 16_384],
  maxTextureDimension3D: [2_048, 2_048],
  maxTextureArrayLayers: [256, 2_048],
  maxBindingsPerBindGroup: [1_000, 1_000],
  maxDynamicUniformBuffersPerPipelineLayout: [8, 10],
  maxDynamicStorageBuffersPerPipelineLayout: [4, 8],
  maxSampledTexturesPerShaderStage: [16, 48],
  maxSamplersPerShaderStage: [16, 16],
  maxStorageBuffersPerShaderStage: [8, 16],
  maxStorageTexturesPerShaderStage: [4, 8],
  maxUniformBuffersPerShaderStage: [12, 12],
  maxUniformBufferBindingSize: [65_536, 65_536],
  maxStorageBufferBindingSize: [2 ** 27, 2 ** 30],
  maxBufferSize: [2 ** 28, 2 ** 30],
  maxComputeWorkgroupStorageSize: [16_384, 32_768],
  maxComputeInvocationsPerWorkgroup: [256, 1_024],
  maxComputeWorkgroupSizeX: [256, 1_024],
  maxComputeWorkgroupSizeY: [256, 1_024],
  maxComputeWorkgroupSizeZ: [64, 64],
  maxComputeWorkgroupsPerDimension: [65_535, 65_535],
}

export const requirableLimits: readonly string[] = Object.keys(tiers)

/** The value of a limit that every WebGPU device has; 0 for one that a job may not name. */
export function defaultLimitOf(limit: string): number {
  return tierOf(limit)?.[0] ?? 0
}

/** The highest value of each limit that a job may name. */
export const limitCeilings: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(tiers).map(([limit, [, highest]]) => [limit, highest]),
)

/** GPU memory that a tab lends to one job at most: browsers let WebGPU allocate until the GPU process dies. */
export const memoryBytesCeiling = 2 ** 30

function tierOf(limit: string) {
  return Object.hasOwn(tiers, limit) ? tiers[limit] : undefined
}
