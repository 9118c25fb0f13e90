import type { Grid } from './walk-steps.ts'

/** A box of whole workgroups. */
export interface Box {
  readonly offset: Grid
  readonly size: Grid
}

/** Cuts a grid of workgroups, or a part of it, into boxes, one at a time, that cover it exactly once whatever their sizes. */
export class TileGrid {
  readonly #grid: Grid
  /** Workgroups are counted along x, then y, then z. */
  #next: number
  readonly #end: number

  /** @param part the workgroups [begin, end) that are meant, where it is not all of them. */
  constructor(grid: Grid, part = { begin: 0, end: grid[0] * grid[1] * grid[2] }) {
    this.#grid = grid
    this.#next = part.begin
    this.#end = part.end
  }

  get done(): boolean {
    return this.#next >= this.#end
  }

  /** The next box, of at most `workgroupsMax` (1 or more): part of a row, whole rows, or whole layers. */
  next(workgroupsMax: number): Box {
    const [width, height] = this.#grid
    const layer = width * height
    const x = this.#next % width
    const y = Math.floor(this.#next / width) % height
    const z = Math.floor(this.#next / layer)
    const most = Math.min(Math.max(1, Math.floor(workgroupsMax)), this.#end - this.#next)
    const size: Grid =
      x === 0 && y === 0 && most >= layer
        ? [width, height, Math.floor(most / layer)]
        : x === 0 && most >= width
          ? [width, Math.min(Math.floor(most / width), height - y), 1]
          : [Math.min(most, width - x), 1, 1]
    this.#next += size[0] * size[1] * size[2]
    return { offset: [x, y, z], size }
  }
}

/** A grid that is started from its other end is cut into so many boxes at least, to tell one order from the other. */
export const reversedTilesMin = 8

/** Where a box lies when the grid is seen from its other end. */
export function mirrored({ offset, size }: Box, total: Grid): Grid {
  const from = (axis: 0 | 1 | 2) => total[axis] - offset[axis] - size[axis]
  return [from(0), from(1), from(2)]
}
