import type { PreviewTile } from '#web/core/contributor-view.ts'
import { withTile, type TileGrid } from './tile-grid.ts'

/** The picture under way: which job it belongs to, how it is cut, and how many of its tiles this device drew. */
export interface Picture {
  readonly job: string
  readonly jobName: string
  readonly grid: TileGrid
  readonly tilesDrawn: number
}

/** Keeps count of the tiles of the present picture; a tile of another job begins a new one. */
export class DrawnTiles {
  /** Corners of the tiles seen: a repeated unit is one tile, not two. */
  readonly #corners = new Set<string>()
  #picture: Picture | undefined

  note(tile: PreviewTile, jobName: string): Picture {
    const known = this.#picture?.job === tile.job ? this.#picture : undefined
    if (!known) this.#corners.clear()
    this.#corners.add(`${tile.x},${tile.y}`)
    const grid = withTile(known?.grid, tile, { width: tile.imageWidth, height: tile.imageHeight })
    const tilesDrawn = this.#corners.size
    this.#picture = { job: tile.job, jobName: known?.jobName ?? jobName, grid, tilesDrawn }
    return this.#picture
  }
}
