import type { ElementType, TexturePlan } from './manifest-schema.ts'

/** What a kernel sees of a texel: its sampled type in WGSL. */
export type TexelSample = 'float' | 'unfilterable-float' | 'sint' | 'uint'

export interface TextureFormatFacts {
  readonly texelBytes: number
  readonly sample: TexelSample
  /** The type of one number in a texel, where results are compared. */
  readonly element: ElementType
  /** The name WGSL uses in `texture_storage_*`, where it differs: none does. */
  readonly channels: 1 | 2 | 4
}

const channelCounts = { r: 1, rg: 2, rgba: 4, bgra: 4 } as const
const elements = {
  8: { unorm: 'u8', snorm: 'i8', uint: 'u8', sint: 'i8', float: undefined },
  16: { unorm: undefined, snorm: undefined, uint: 'u16', sint: 'i16', float: 'f16' },
  32: { unorm: undefined, snorm: undefined, uint: 'u32', sint: 'i32', float: 'f32' },
} as const

/**
 * Sizes and types of a texture format, read off its name.
 *
 * @example textureFacts('rgba8unorm') // { texelBytes: 4, channels: 4, element: 'u8', sample: 'float' }
 */
export function textureFacts(format: TexturePlan['format']): TextureFormatFacts {
  const match = /^(r|rg|rgba|bgra)(8|16|32)(unorm|snorm|uint|sint|float)(?:-srgb)?$/.exec(format)
  const order = match?.[1] as keyof typeof channelCounts
  const bits = Number(match?.[2]) as keyof typeof elements
  const type = match?.[3] as keyof (typeof elements)[8]
  const element = elements[bits][type]
  if (element === undefined) throw new Error(`broken assumption: ${format} is a format of the schema`)
  const channels = channelCounts[order]
  return { channels, element, texelBytes: (channels * bits) / 8, sample: sampleOf(type, bits) }
}

function sampleOf(type: 'unorm' | 'snorm' | 'uint' | 'sint' | 'float', bits: 8 | 16 | 32): TexelSample {
  if (type === 'uint' || type === 'sint') return type
  return bits === 32 ? 'unfilterable-float' : 'float'
}
