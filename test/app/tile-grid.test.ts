import { describe, expect, it } from 'vitest'
import { columnsOf, gridLines, rowsOf, tilesOfUnit, withTile, type TileGrid } from '#web/app/tile-grid.ts'

const image = { width: 100, height: 70 }
const grid: TileGrid = { imageWidth: 100, imageHeight: 70, tileWidth: 32, tileHeight: 32 }

describe('tile grid', () => {
  it('counts the cut tiles at the edge', () => {
    expect([columnsOf(grid), rowsOf(grid)]).toEqual([4, 3])
  })

  it('learns its tile from the largest one seen', () => {
    const edge = withTile(undefined, { x: 96, y: 64, width: 4, height: 6 }, image)
    expect(withTile(edge, { x: 0, y: 0, width: 32, height: 32 }, image)).toEqual(grid)
  })

  it('places a unit of one tile', () => {
    expect(tilesOfUnit(grid, { index: 5, unitCount: 12 })).toEqual([{ x: 32, y: 32, width: 32, height: 32 }])
    expect(tilesOfUnit(grid, { index: 11, unitCount: 12 })).toEqual([{ x: 96, y: 64, width: 4, height: 6 }])
  })

  it('places a unit of several tiles, the last one short', () => {
    expect(tilesOfUnit(grid, { index: 0, unitCount: 3 })).toHaveLength(4)
    expect(tilesOfUnit(grid, { index: 2, unitCount: 3 })).toHaveLength(4)
    expect(tilesOfUnit(grid, { index: 2, unitCount: 3 })[0]).toEqual({ x: 0, y: 64, width: 32, height: 6 })
  })

  it('places nothing when units do not divide the picture, or lie outside it', () => {
    expect(tilesOfUnit(grid, { index: 0, unitCount: 7 })).toEqual([])
    expect(tilesOfUnit(grid, { index: 0, unitCount: 100 })).toEqual([])
    expect(tilesOfUnit(grid, { index: 99, unitCount: 12 })).toEqual([])
  })

  it('draws a line between neighbours only', () => {
    expect(gridLines(grid)).toBe('M32 0V70M64 0V70M96 0V70M0 32H100M0 64H100')
  })
})
