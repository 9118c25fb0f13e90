import type { StorageTextureBinding } from '../wgsl/reflection.ts'

/** WebGPU's table of texel formats for `texture_storage_*`, without and with the features that add some. */
const everywhere = new Set([
  ...['rgba8unorm', 'rgba8snorm', 'rgba8uint', 'rgba8sint', 'rgba16uint', 'rgba16sint', 'rgba16float'],
  ...['r32uint', 'r32sint', 'r32float', 'rg32uint', 'rg32sint', 'rg32float'],
  ...['rgba32uint', 'rgba32sint', 'rgba32float'],
])
const readWriteEverywhere = new Set(['r32uint', 'r32sint', 'r32float'])
const firstTier = new Set([
  ...['r8unorm', 'r8snorm', 'r8uint', 'r8sint', 'rg8unorm', 'rg8snorm', 'rg8uint', 'rg8sint'],
  ...['r16uint', 'r16sint', 'r16float', 'rg16uint', 'rg16sint', 'rg16float'],
])
const readWriteSecondTier = new Set([
  ...[
    'r8unorm',
    'r8uint',
    'r8sint',
    'rgba8unorm',
    'rgba8uint',
    'rgba8sint',
    'r16uint',
    'r16sint',
    'r16float',
  ],
  ...['rgba16uint', 'rgba16sint', 'rgba16float', 'rgba32uint', 'rgba32sint', 'rgba32float'],
])

/** The feature a storage texture needs; `none` where every device has it, `never` where no browser does. */
export function featureForStorage({
  format,
  access,
}: Pick<StorageTextureBinding, 'format' | 'access'>): string {
  if (access === 'read_write') {
    if (readWriteEverywhere.has(format)) return 'none'
    return readWriteSecondTier.has(format) ? 'texture-formats-tier2' : 'never'
  }
  if (everywhere.has(format)) return 'none'
  if (format === 'bgra8unorm' && access === 'write') return 'bgra8unorm-storage'
  return firstTier.has(format) ? 'texture-formats-tier1' : 'never'
}
