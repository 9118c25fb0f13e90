import { assert } from '#protocol/assert.ts'
import { unitSpanOf } from '#protocol/job-plan.ts'
import type { ImagePlan, Manifest } from '#protocol/manifest.ts'
import type { JobId } from '#protocol/ids.ts'
import type { PreviewTile } from './contributor-view.ts'

const channels = 4
const pixelBytes = 4 * channels

/**
 * The pieces of picture in a unit's result, ready to be painted; none for jobs that make no picture.
 *
 * Tiles are numbered row by row from the top left; unit `u` holds `granule` of them from `u × granule`. The result holds
 * whole tiles of `tile[0] × tile[1]` rgba32float pixels, also where they reach over the picture's right or lower edge.
 */
export function previewTilesOf(
  manifest: Manifest,
  job: JobId,
  unit: number,
  result: Uint8Array<ArrayBuffer>,
): PreviewTile[] {
  const { collect } = manifest
  if (collect.kind !== 'image') return []
  const [tileWidth, tileHeight] = collect.tile
  const tileBytes = tileWidth * tileHeight * pixelBytes
  const firstTile = unit * manifest.units.granule
  const tiles: PreviewTile[] = []
  for (let place = 0; place < unitSpanOf(manifest, unit).count; place += 1) {
    const pixels = new Float32Array(result.buffer, result.byteOffset + place * tileBytes)
    const tile = (place + 1) * tileBytes <= result.length && tileOf(collect, job, firstTile + place, pixels)
    if (tile) tiles.push(tile)
  }
  return tiles
}

function tileOf(image: ImagePlan, job: JobId, number: number, linear: Float32Array): PreviewTile | undefined {
  const [tileWidth, tileHeight] = image.tile
  const tilesPerRow = Math.ceil(image.width / tileWidth)
  const x = (number % tilesPerRow) * tileWidth
  const y = Math.floor(number / tilesPerRow) * tileHeight
  const width = Math.min(tileWidth, image.width - x)
  const height = Math.min(tileHeight, image.height - y)
  if (height <= 0) return undefined
  const pixels = new Uint8ClampedArray(width * height * channels)
  for (let row = 0; row < height; row += 1) {
    const begin = row * tileWidth * channels
    const source = linear.subarray(begin, begin + width * channels)
    pixels.set(toneMap(source, image.toneMap), row * width * channels)
  }
  return { job, imageWidth: image.width, imageHeight: image.height, x, y, width, height, pixels }
}

/**
 * Linear-light RGBA floats as 8-bit RGBA: `srgb` applies the transfer function of IEC 61966-2-1, `linear` none.
 * Values outside 0 to 1 are clipped and NaN is black; alpha is never curved.
 *
 * @example toneMap(new Float32Array([0.5, 0, 1, 1]), 'srgb') // [188, 0, 255, 255]
 */
export function toneMap(rgba: Float32Array, curve: 'srgb' | 'linear'): Uint8ClampedArray<ArrayBuffer> {
  assert(rgba.length % channels === 0, 'pixels have four channels')
  const bytes = new Uint8ClampedArray(rgba.length)
  for (const [index, value] of rgba.entries()) {
    const curved = curve === 'linear' || index % channels === channels - 1 ? value : srgbOf(value)
    // Storing into a clamped array rounds, clips and turns NaN into 0.
    bytes[index] = 255 * curved
  }
  return bytes
}

function srgbOf(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}
