import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { evaluateCount, type Variables } from '#protocol/expression.ts'
import { Refusal } from '#protocol/refusal.ts'
import { textureFacts } from '#protocol/texture-formats.ts'

/** A texture of a unit, its size worked out. */
export interface TextureShape {
  readonly format: GPUTextureFormat
  readonly dimension: GPUTextureDimension
  readonly width: number
  readonly height: number
  /** Layers of an array or a cube, slices of a volume. */
  readonly layers: number
  /** Bytes of a row without padding. */
  readonly rowBytes: number
  /** Bytes of all rows without padding. */
  readonly bytes: number
}

type TexturePlan = CompleteManifest['textures'][string]

/** @throws {Refusal} `expressionInvalid` for a side of nothing. */
export function textureShapeOf(name: string, plan: TexturePlan, variables: Variables): TextureShape {
  const [width = 1, height = 1, layers = 1] = plan.size.map((side) => evaluateCount(side, variables))
  if (width * height * layers === 0)
    throw new Refusal('expressionInvalid', `The texture "${name}" has a side of 0.`, {
      where: `textures.${name}.size`,
      next: 'Correct the size.',
    })
  const rowBytes = width * textureFacts(plan.format).texelBytes
  const dimension = plan.dimension === '1d' || plan.dimension === '3d' ? plan.dimension : '2d'
  return {
    format: plan.format,
    dimension,
    width,
    height,
    layers,
    rowBytes,
    bytes: rowBytes * height * layers,
  }
}

/** WebGPU copies rows between textures and buffers at multiples of 256 bytes. */
export function paddedRowBytes({ rowBytes }: TextureShape): number {
  return Math.ceil(rowBytes / 256) * 256
}

export function paddedBytesOf(shape: TextureShape): number {
  return paddedRowBytes(shape) * shape.height * shape.layers
}
