import { describe, expect, it } from 'vitest'
import { gridLines } from '#web/app/tile-grid.ts'

describe('tile grid', () => {
  it('draws a line between neighbours only, also of tiles that are cut at the edge', () => {
    const shape = { width: 100, height: 70, tileWidth: 32, tileHeight: 32 }
    expect(gridLines(shape)).toBe('M32 0V70M64 0V70M96 0V70M0 32H100M0 64H100')
  })

  it('draws none where they would cover the picture', () => {
    expect(gridLines({ width: 512, height: 512, tileWidth: 1, tileHeight: 1 })).toBe('')
    expect(gridLines({ width: 512, height: 512, tileWidth: 512, tileHeight: 512 })).toBe('')
  })
})
