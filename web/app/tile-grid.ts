/** Where the tiles of a picture lie, numbered row by row from the top left. All lengths in pixels. */
export interface TileGrid {
  readonly imageWidth: number
  readonly imageHeight: number
  readonly tileWidth: number
  readonly tileHeight: number
}

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export function columnsOf(grid: TileGrid): number {
  return Math.ceil(grid.imageWidth / grid.tileWidth)
}

export function rowsOf(grid: TileGrid): number {
  return Math.ceil(grid.imageHeight / grid.tileHeight)
}

/** A grid that also holds this tile. Tiles at the right and lower edge are cut, so the largest seen counts. */
export function withTile(
  grid: TileGrid | undefined,
  tile: Rectangle,
  image: { width: number; height: number },
): TileGrid {
  return {
    imageWidth: image.width,
    imageHeight: image.height,
    tileWidth: Math.max(tile.width, grid?.tileWidth ?? 0),
    tileHeight: Math.max(tile.height, grid?.tileHeight ?? 0),
  }
}

/**
 * The tiles that unit `index` of `unitCount` covers: consecutive ones, the same number for every unit but the last.
 * Empty when units and tiles do not divide so, as then the place cannot be known.
 */
export function tilesOfUnit(
  grid: TileGrid,
  unit: { index: number; unitCount: number },
): readonly Rectangle[] {
  const tileCount = columnsOf(grid) * rowsOf(grid)
  const tilesPerUnit = Math.ceil(tileCount / unit.unitCount)
  if (Math.ceil(tileCount / tilesPerUnit) !== unit.unitCount) return []
  const first = unit.index * tilesPerUnit
  const count = Math.min(tilesPerUnit, tileCount - first)
  return Array.from({ length: Math.max(0, count) }, (_, offset) => tileAt(grid, first + offset))
}

function tileAt(grid: TileGrid, number: number): Rectangle {
  const x = (number % columnsOf(grid)) * grid.tileWidth
  const y = Math.floor(number / columnsOf(grid)) * grid.tileHeight
  const width = Math.min(grid.tileWidth, grid.imageWidth - x)
  const height = Math.min(grid.tileHeight, grid.imageHeight - y)
  return { x, y, width, height }
}

/** The lines between tiles as SVG path data. */
export function gridLines(grid: TileGrid): string {
  const columns = Array.from(
    { length: columnsOf(grid) - 1 },
    (_, i) => `M${(i + 1) * grid.tileWidth} 0V${grid.imageHeight}`,
  )
  const rows = Array.from(
    { length: rowsOf(grid) - 1 },
    (_, i) => `M0 ${(i + 1) * grid.tileHeight}H${grid.imageWidth}`,
  )
  return [...columns, ...rows].join('')
}
