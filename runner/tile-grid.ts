import type { Grid } from './walk-steps.ts'

/** A box of whole workgroups. */
export interface Box {
  readonly offset: Grid
  readonly size: Grid
}

/** Cuts a grid of workgroups into boxes, one at a time, that cover it exactly once whatever their sizes. */
export class TileGrid {
  readonly #grid: Grid
  #x = 0
  #y = 0
  #z = 0

  constructor(grid: Grid) {
    this.#grid = grid
  }

  get done(): boolean {
    const [width, height, depth] = this.#grid
    return this.#z >= depth || width * height === 0
  }

  /** The next box, of at most `workgroupsMax` (1 or more): part of a row, whole rows, or whole layers. */
  next(workgroupsMax: number): Box {
    const [width, height, depth] = this.#grid
    const offset: Grid = [this.#x, this.#y, this.#z]
    const rows = Math.min(Math.floor(workgroupsMax / width), height - this.#y)
    const layers = Math.min(Math.floor(workgroupsMax / (width * height)), depth - this.#z)
    if (this.#x === 0 && this.#y === 0 && layers >= 1) {
      this.#z += layers
      return { offset, size: [width, height, layers] }
    }
    if (this.#x === 0 && rows >= 1) {
      this.#advanceRows(rows)
      return { offset, size: [width, rows, 1] }
    }
    const columns = Math.min(Math.max(1, workgroupsMax), width - this.#x)
    this.#x += columns
    if (this.#x === width) {
      this.#x = 0
      this.#advanceRows(1)
    }
    return { offset, size: [columns, 1, 1] }
  }

  #advanceRows(rows: number): void {
    this.#y += rows
    if (this.#y < this.#grid[1]) return
    this.#y = 0
    this.#z += 1
  }
}

/** A grid that is started from its other end is cut into so many boxes at least, to tell one order from the other. */
export const reversedTilesMin = 8

/** Where a box lies when the grid is seen from its other end. */
export function mirrored({ offset, size }: Box, total: Grid): Grid {
  const from = (axis: 0 | 1 | 2) => total[axis] - offset[axis] - size[axis]
  return [from(0), from(1), from(2)]
}
