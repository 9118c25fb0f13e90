import { resultBufferOf, unitSpanOf } from '#protocol/job-plan.ts'
import type { ImagePlan, Manifest } from '#protocol/manifest.ts'
import { unreachable } from '#protocol/assert.ts'
import { MaskError, withoutRefusals } from '#client/sdk/mask-error.ts'
import { writePixel } from '#client/sdk/tone-map.ts'

/** A stranger's manifest could ask for more memory than there is: 512 MiB of pixels, or of raw bytes. */
const imagePixelsMax = 2 ** 27
const rawBytesMax = 2 ** 29

/** A job's result in one piece. What failed or is not there yet is zero, in an image: transparent. */
export type Collected =
  | {
      readonly kind: 'image'
      readonly width: number
      readonly height: number
      readonly rgba: Uint8Array<ArrayBuffer>
    }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array<ArrayBuffer> }

/** Puts canonical unit results together, in any order. */
export interface Collector {
  /** Takes a unit's result in; its size must be the unit's. */
  add(unit: number, bytes: Uint8Array): void
  /** The result so far; the same memory at every call. */
  readonly collected: Collected
}

/**
 * The collector a manifest asks for.
 *
 * @throws {MaskError} `resultTooLarge` when the whole does not fit into memory: use `job.results()` piece by piece.
 * @example
 * const collector = collectorOf(manifest)
 * for await (const { unit, bytes } of job.results()) collector.add(unit, bytes)
 */
export function collectorOf(manifest: Manifest): Collector {
  const { collect } = manifest
  switch (collect.kind) {
    case 'image':
      return collectImage(manifest, collect)
    case 'raw':
      return collectRaw(manifest)
    default:
      return unreachable(collect)
  }
}

/**
 * Checks before anybody pays that the results will fit together.
 *
 * @throws {MaskError} `manifestInvalid` or `resultTooLarge`
 */
export function checkCollect(manifest: Manifest): void {
  const { collect } = manifest
  if (collect.kind !== 'image') return
  const { width, height } = collect
  if (width * height > imagePixelsMax) throw tooLarge(`${width} × ${height} pixels`)
  const unit = unitSpanOf(manifest, 0)
  const [tileWidth, tileHeight] = collect.tile
  const bytesExpected = unit.count * tileBytesOf(collect)
  if (bytesOf(manifest, 0) !== bytesExpected)
    throw new MaskError(
      'manifestInvalid',
      `job.json: a unit has ${bytesOf(manifest, 0)} bytes; ${unit.count} tiles of ${tileWidth} × ${tileHeight} pixels have ${bytesExpected}.`,
      { where: 'collect.tile', next: 'Correct the tile, or "bytes" of the result buffer.' },
    )
  const tileCount = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight)
  if (manifest.units.range[1] > tileCount)
    throw new MaskError(
      'manifestInvalid',
      `job.json: the units go up to tile ${manifest.units.range[1]}; the image has ${tileCount} tiles.`,
      { where: 'units.range', next: `End the range at ${tileCount}, or correct the image's size.` },
    )
}

/** Where each unit's bytes begin in the raw result, and behind the last one its size. */
export function rawOffsetsOf(manifest: Manifest): Float64Array {
  const [begin, end] = manifest.units.range
  const unitCount = Math.ceil((end - begin) / manifest.units.granule)
  const offsets = new Float64Array(unitCount + 1)
  for (let unit = 0; unit < unitCount; unit += 1)
    offsets[unit + 1] = (offsets[unit] ?? 0) + bytesOf(manifest, unit)
  return offsets
}

/**
 * Position `p` of the range is tile `p`, counted row by row from the top left; a unit holds its tiles one after the
 * other, each complete. What of a tile lies outside the image is cut off.
 */
function collectImage(manifest: Manifest, plan: ImagePlan): Collector {
  const { width, height, toneMap } = plan
  const [tileWidth, tileHeight] = plan.tile
  if (width * height > imagePixelsMax) throw tooLarge(`${width} × ${height} pixels`)
  const rgba = new Uint8Array(4 * width * height)
  const tilesPerRow = Math.ceil(width / tileWidth)
  const tileBytes = tileBytesOf(plan)

  const paintTile = (tile: number, view: DataView, offset: number) => {
    const left = (tile % tilesPerRow) * tileWidth
    const top = Math.floor(tile / tilesPerRow) * tileHeight
    const right = Math.min(left + tileWidth, width)
    const bottom = Math.min(top + tileHeight, height)
    for (let y = top; y < bottom; y += 1)
      for (let x = left; x < right; x += 1) {
        const pixel = (y - top) * tileWidth + (x - left)
        writePixel(toneMap, view, offset + 16 * pixel, rgba, 4 * (y * width + x))
      }
  }
  return {
    collected: { kind: 'image', width, height, rgba },
    add(unit, bytes) {
      const span = unitSpanOf(manifest, unit)
      checkSize(unit, bytes, span.count * tileBytes)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let tile = 0; tile < span.count; tile += 1) paintTile(span.begin + tile, view, tile * tileBytes)
    },
  }
}

function collectRaw(manifest: Manifest): Collector {
  const offsets = rawOffsetsOf(manifest)
  const bytesTotal = offsets.at(-1) ?? 0
  if (bytesTotal > rawBytesMax) throw tooLarge(`${bytesTotal} bytes`)
  const whole = new Uint8Array(bytesTotal)
  return {
    collected: { kind: 'raw', bytes: whole },
    add(unit, bytes) {
      checkSize(unit, bytes, bytesOf(manifest, unit))
      whole.set(bytes, offsets[unit])
    },
  }
}

function bytesOf(manifest: Manifest, unit: number): number {
  return withoutRefusals(() => resultBufferOf(manifest, unitSpanOf(manifest, unit)).bytes)
}

function checkSize(unit: number, bytes: Uint8Array, bytesExpected: number): void {
  if (bytes.length === bytesExpected) return
  throw new MaskError(
    'resultSizeWrong',
    `Unit ${unit} has ${bytes.length} bytes instead of ${bytesExpected}.`,
    {
      where: `unit ${unit}`,
      next: 'Correct "bytes" of the result buffer or the tile in job.json.',
    },
  )
}

/** Four 32-bit floats a pixel. */
function tileBytesOf(plan: ImagePlan): number {
  return 16 * plan.tile[0] * plan.tile[1]
}

function tooLarge(what: string): MaskError {
  const next = 'Take the results piece by piece with job.results().'
  const message = `The result has ${what}: too much to hold in one piece.`
  return new MaskError('resultTooLarge', message, { where: 'collect', next })
}
