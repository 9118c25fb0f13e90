import { paddedBytesOf, paddedRowBytes, type TextureShape } from './texture-shape.ts'

export function createTexture(
  device: GPUDevice,
  label: string,
  shape: TextureShape,
  usage: GPUTextureUsageFlags,
): GPUTexture {
  const { format, dimension } = shape
  return device.createTexture({ label, format, dimension, size: extentOf(shape), usage })
}

/** Fills a texture with rows without padding, first layer first; what the bytes do not reach is left alone. */
export function uploadTexture(
  device: GPUDevice,
  texture: GPUTexture,
  shape: TextureShape,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  const layout = { bytesPerRow: shape.rowBytes, rowsPerImage: shape.height }
  device.queue.writeTexture({ texture }, bytes, layout, extentOf(shape))
}

/** Copies a texture behind `offset` (a multiple of 256) of a buffer, its rows padded. */
export function copyTextureOut(
  encoder: GPUCommandEncoder,
  texture: GPUTexture,
  shape: TextureShape,
  buffer: GPUBuffer,
  offset: number,
): void {
  const target = { buffer, offset, bytesPerRow: paddedRowBytes(shape), rowsPerImage: shape.height }
  encoder.copyTextureToBuffer({ texture }, target, extentOf(shape))
}

/** Fills a texture with zeros; `zeros` must have `zeroBytesFor` of it. */
export function clearTexture(
  encoder: GPUCommandEncoder,
  texture: GPUTexture,
  shape: TextureShape,
  zeros: GPUBuffer,
): void {
  const bytesPerRow = paddedRowBytes(shape)
  const rows = Math.min(shape.height, Math.max(1, Math.floor(zeros.size / bytesPerRow)))
  for (let z = 0; z < shape.layers; z += 1)
    for (let y = 0; y < shape.height; y += rows) {
      const height = Math.min(rows, shape.height - y)
      encoder.copyBufferToTexture({ buffer: zeros, bytesPerRow }, { texture, origin: [0, y, z] }, [
        shape.width,
        height,
        1,
      ])
    }
}

const zeroBytesMax = 1024 * 1024

/** One row at least, so that any texture can be cleared row by row. */
export function zeroBytesFor(shape: TextureShape): number {
  return Math.max(paddedRowBytes(shape), Math.min(zeroBytesMax, paddedBytesOf(shape)))
}

/** Takes the padding out of a texture's rows. */
export function rowsWithoutPadding(padded: Uint8Array, shape: TextureShape, target: Uint8Array): void {
  const step = paddedRowBytes(shape)
  for (let row = 0; row < shape.height * shape.layers; row += 1)
    target.set(padded.subarray(row * step, row * step + shape.rowBytes), row * shape.rowBytes)
}

export function extentOf({ width, height, layers }: TextureShape): GPUExtent3DDict {
  return { width, height, depthOrArrayLayers: layers }
}
