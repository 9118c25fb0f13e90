import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { JobId } from '#protocol/ids.ts'
import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { pixelBytesOf, pixelsOf, valueSpanOf, type ValueSpan } from '#protocol/pixels/pixels.ts'
import type { PreviewTile } from './contributor-view.ts'
import { jobOutputOf, patchesOf, type Patch } from './picture-layout.ts'

/** Makes pictures of results as they come. Colour maps without ends span the values of the job seen so far. */
export class PreviewMaker {
  #job: JobId | undefined
  #span: ValueSpan | undefined

  /**
   * The parts of the picture that a unit's result holds, ready to be painted; none for jobs that make no picture,
   * or whose results are too short.
   */
  tilesOf(
    job: JobId,
    manifest: CompleteManifest,
    unit: number,
    result: Uint8Array<ArrayBuffer>,
  ): PreviewTile[] {
    const { collect } = manifest
    const output = jobOutputOf(manifest)
    if (collect.kind !== 'image' || output.kind !== 'picture') return []
    const span = unitSpanOf(manifest, unit)
    const texels = partOf(manifest, span.count, collect.buffer, result)
    if (texels.length % pixelBytesOf(collect.format) !== 0) return []
    if (this.#job !== job) this.#span = undefined
    this.#job = job
    this.#span = valueSpanOf(collect, texels, this.#span)
    const rgba = pixelsOf(collect, texels, this.#span)
    return patchesOf(output.shape, span).flatMap((patch) => tileOf(patch, rgba))
  }
}

function partOf(
  manifest: CompleteManifest,
  count: number,
  name: string,
  result: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  let begin = 0
  for (const part of resultPartsOf(manifest, count)) {
    if (part.name === name) return result.subarray(begin, begin + part.bytes)
    begin += part.bytes
  }
  return result.subarray(0, 0)
}

function tileOf(patch: Patch, rgba: Uint8ClampedArray): PreviewTile[] {
  const { x, y, width, height, firstPixel, rowPixels } = patch
  const end = firstPixel + (height - 1) * rowPixels + width
  if (4 * end > rgba.length) return []
  const pixels = new Uint8ClampedArray(4 * width * height)
  for (let row = 0; row < height; row += 1) {
    const begin = firstPixel + row * rowPixels
    pixels.set(rgba.subarray(4 * begin, 4 * (begin + width)), 4 * row * width)
  }
  return [{ x, y, width, height, pixels }]
}
