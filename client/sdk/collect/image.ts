import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { ImagePlan } from '#protocol/manifest.ts'
import { pixelBytesOf, pixelsOf, valueSpanOf, type ValueSpan } from '#protocol/pixels/pixels.ts'
import type { Collector } from '#client/sdk/collect/collected.ts'
import { collectInvalid, tooLargeToHold, type UnitLayout } from '#client/sdk/collect/unit-layout.ts'

/** A stranger's manifest could ask for more memory than there is: 512 MiB of colours. */
const pixelsMax = 2 ** 27

/** Tiles of the image that one result holds, each complete, one after the other. */
interface Tiles {
  readonly first: number
  readonly count: number
}

/** How tiles lie in the picture: row by row from the top left; what of them lies outside is cut off. */
interface TileGrid {
  readonly width: number
  readonly height: number
  readonly tileWidth: number
  readonly tileHeight: number
  readonly tileCount: number
}

function gridOf({ width, height, tile = [width, height] }: ImagePlan): TileGrid {
  const [tileWidth, tileHeight] = tile
  const tileCount = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight)
  return { width, height, tileWidth, tileHeight, tileCount }
}

/** A unit's positions are its tiles; without `tile`, and merged from all units, a result is the whole image. */
function tilesOf(plan: ImagePlan, layout: UnitLayout, unit: number): Tiles {
  if (plan.reduce) return { first: 0, count: gridOf(plan).tileCount }
  if (!plan.tile) return { first: 0, count: 1 }
  const { begin, count } = layout.spanOf(unit)
  return { first: begin, count }
}

/**
 * Checks that the units' tiles are a picture.
 *
 * @throws {MaskError} `manifestInvalid` or `resultTooLarge`
 */
export function checkImage({ units }: CompleteManifest, plan: ImagePlan, layout: UnitLayout): void {
  const grid = gridOf(plan)
  requireRoom(grid)
  if (!plan.tile && layout.unitCount > 1)
    throw collectInvalid(
      'collect.tile',
      `there are ${layout.unitCount} units, and nothing says which part of the image each one is`,
      'Say the "tile" of a position, e.g. [64, 64], or make one unit of the whole image.',
    )
  const tiles = tilesOf(plan, layout, 0)
  const bytesExpected = tiles.count * grid.tileWidth * grid.tileHeight * pixelBytesOf(plan.format)
  const bytes = layout.partBytesOf(0)
  // A result is a multiple of 4 bytes; the last pixels of one byte each need not be.
  if (bytes !== 4 * Math.ceil(bytesExpected / 4))
    throw collectInvalid(
      'collect.tile',
      `a result has ${bytes} bytes; ${tiles.count} tiles of ${grid.tileWidth} × ${grid.tileHeight} pixels in ${plan.format} have ${bytesExpected}`,
      'Correct the tile, the format, or "bytes" of the result buffer.',
    )
  const end = 'list' in units ? layout.unitCount : units.range[1]
  if (plan.tile && !plan.reduce && end > grid.tileCount)
    throw collectInvalid(
      'list' in units ? 'units.list' : 'units.range',
      `the units go up to tile ${end}; the image has ${grid.tileCount} tiles`,
      `End at ${grid.tileCount}, or correct the image's size.`,
    )
}

/** Paints results into a picture; what is missing stays transparent. */
export function collectImage(plan: ImagePlan, layout: UnitLayout): Collector {
  const grid = gridOf(plan)
  requireRoom(grid)
  return plan.format.startsWith('rgba') ? paintColours(plan, layout, grid) : paintValues(plan, layout, grid)
}

function paintColours(plan: ImagePlan, layout: UnitLayout, grid: TileGrid): Collector {
  const { width, height } = grid
  const rgba = new Uint8Array(4 * width * height)
  return {
    collected: { kind: 'image', width, height, rgba },
    add(unit, result) {
      const tiles = tilesOf(plan, layout, unit)
      const bytes = pixelsIn(plan, grid, tiles, layout.partOf(unit, result))
      placeTiles(grid, tiles, pixelsOf(plan, bytes), rgba, 4)
    },
  }
}

/** One channel is coloured once all is there: the ends of its colour map may depend on all values. */
function paintValues(plan: ImagePlan, layout: UnitLayout, grid: TileGrid): Collector {
  const { width, height } = grid
  const pixelBytes = pixelBytesOf(plan.format)
  const values = new Uint8Array(pixelBytes * width * height)
  const present = new Uint8Array(width * height)
  const rgba = new Uint8Array(4 * width * height)
  let span: ValueSpan | undefined
  let painted = true
  const paint = () => {
    for (let y = 0; y < height; y += 1) {
      const row = values.subarray(y * width * pixelBytes, (y + 1) * width * pixelBytes)
      rgba.set(pixelsOf(plan, row, span ?? { from: 0, to: 1 }), 4 * y * width)
    }
    for (const [pixel, here] of present.entries()) if (here === 0) rgba.fill(0, 4 * pixel, 4 * pixel + 4)
    painted = true
  }
  return {
    get collected() {
      if (!painted) paint()
      return { kind: 'image', width, height, rgba } as const
    },
    add(unit, result) {
      const tiles = tilesOf(plan, layout, unit)
      const bytes = pixelsIn(plan, grid, tiles, layout.partOf(unit, result))
      span = valueSpanOf(plan, bytes, span)
      placeTiles(grid, tiles, bytes, values, pixelBytes)
      placeTiles(grid, tiles, new Uint8Array(bytes.length / pixelBytes).fill(1), present, 1)
      painted = false
    },
  }
}

/** The pixels of a result, without what fills it up to a multiple of 4 bytes. */
function pixelsIn({ format }: ImagePlan, grid: TileGrid, { count }: Tiles, part: Uint8Array): Uint8Array {
  return part.subarray(0, count * grid.tileWidth * grid.tileHeight * pixelBytesOf(format))
}

function placeTiles(
  grid: TileGrid,
  tiles: Tiles,
  from: ArrayLike<number>,
  to: Uint8Array,
  pixelBytes: number,
) {
  const { width, height, tileWidth, tileHeight } = grid
  const source = from as Uint8Array
  const tilesPerRow = Math.ceil(width / tileWidth)
  for (let index = 0; index < tiles.count; index += 1) {
    const tile = tiles.first + index
    const left = (tile % tilesPerRow) * tileWidth
    const top = Math.floor(tile / tilesPerRow) * tileHeight
    const columns = Math.min(tileWidth, width - left)
    for (let y = top; y < Math.min(top + tileHeight, height); y += 1) {
      const begin = pixelBytes * tileWidth * (index * tileHeight + y - top)
      to.set(source.subarray(begin, begin + pixelBytes * columns), pixelBytes * (y * width + left))
    }
  }
}

function requireRoom({ width, height }: TileGrid): void {
  if (width * height > pixelsMax) throw tooLargeToHold(`${width} × ${height} pixels`)
}
