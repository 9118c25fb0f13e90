import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TileGrid } from '#runner/tile-grid.ts'

const side = fc.integer({ min: 1, max: 9 })

test('[G13] boxes cover a grid exactly once, in its order, whatever their sizes', () => {
  fc.assert(
    fc.property(
      fc.tuple(side, side, side),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      (grid, rooms) => {
        const [width, height, depth] = grid
        const covered: number[] = []
        const tiles = new TileGrid(grid)
        for (let turn = 0; !tiles.done; turn += 1) {
          const room = rooms[turn % rooms.length] ?? 1
          const { offset, size } = tiles.next(room)
          expect(size[0] * size[1] * size[2]).toBeLessThanOrEqual(room)
          for (let z = 0; z < size[2]; z += 1)
            for (let y = 0; y < size[1]; y += 1)
              for (let x = 0; x < size[0]; x += 1)
                covered.push(((offset[2] + z) * height + offset[1] + y) * width + offset[0] + x)
        }
        expect(covered).toEqual(Array.from({ length: width * height * depth }, (_, index) => index))
      },
    ),
  )
})

test('a large room takes the grid whole, and a grid of nothing has no boxes', () => {
  const tiles = new TileGrid([5, 4, 3])
  expect(tiles.next(60)).toEqual({ offset: [0, 0, 0], size: [5, 4, 3] })
  expect(tiles.done).toBe(true)
  expect(new TileGrid([0, 4, 3]).done).toBe(true)
})
