import { describe, expect, it } from 'vitest'
import type { PreviewTile } from '#web/core/contributor-view.ts'
import { DrawnTiles } from '#web/app/drawn-tiles.ts'

const aTile = (change: Partial<PreviewTile> = {}): PreviewTile => ({
  job: '0x01',
  imageWidth: 64,
  imageHeight: 32,
  x: 0,
  y: 0,
  width: 32,
  height: 32,
  pixels: new Uint8ClampedArray(4),
  ...change,
})

describe('drawn tiles', () => {
  it('counts a repeated tile once', () => {
    const tiles = new DrawnTiles()
    tiles.note(aTile(), 'bunny')
    tiles.note(aTile({ x: 32 }), 'bunny')
    expect(tiles.note(aTile(), 'bunny').tilesDrawn).toBe(2)
  })

  it('begins a new picture with a tile of another job', () => {
    const tiles = new DrawnTiles()
    tiles.note(aTile({ x: 32 }), 'bunny')
    const picture = tiles.note(aTile({ job: '0x02', width: 16 }), 'teapot')
    expect(picture).toMatchObject({ job: '0x02', jobName: 'teapot', tilesDrawn: 1, grid: { tileWidth: 16 } })
  })
})
