import type { Contributor, ContributorView, CurrentJob, PreviewTile } from '#web/core/contributor-view.ts'
import { withTile, type TileGrid } from './tile-grid.ts'

/** The picture under way: which job it belongs to, how it is cut, and which of its tiles this device drew. */
export interface Picture {
  readonly job: string
  readonly name: string
  readonly grid: TileGrid
  readonly tilesDrawn: number
}

/** A contributor's session as reactive state for the components. */
export class ContributorStore {
  view: ContributorView = $state.raw() as ContributorView
  /** The job that runs or, between units and after the end, the last one that ran. */
  job: CurrentJob | undefined = $state.raw()
  picture: Picture | undefined = $state.raw()
  /** What a broken promise said. Expected ends come as `stopped` instead. */
  fault: string | undefined = $state.raw()

  readonly #contributor: Contributor
  /** Corners of the tiles seen: a repeated unit is one tile, not two. */
  readonly #seen = new Set<string>()

  constructor(contributor: Contributor) {
    this.#contributor = contributor
    this.view = contributor.view
    this.job = contributor.view.job
    contributor.onChange((view) => {
      this.view = view
      this.job = view.job ?? this.job
    })
    contributor.onTile((tile) => {
      this.#note(tile)
    })
  }

  onTile(listener: (tile: PreviewTile) => void): () => void {
    return this.#contributor.onTile(listener)
  }

  start(): void {
    this.fault = undefined
    this.#watch(this.#contributor.start())
  }

  stop(when: 'now' | 'afterUnit'): void {
    this.#watch(this.#contributor.stop(when))
  }

  #watch(outcome: Promise<void>): void {
    outcome.catch((error: unknown) => {
      this.fault = error instanceof Error ? error.message : String(error)
    })
  }

  #note(tile: PreviewTile): void {
    const known = this.picture?.job === tile.job ? this.picture : undefined
    if (!known) this.#seen.clear()
    this.#seen.add(`${tile.x},${tile.y}`)
    const grid = withTile(known?.grid, tile, { width: tile.imageWidth, height: tile.imageHeight })
    const name = this.job?.id === tile.job ? this.job.name : ''
    this.picture = { job: tile.job, name: known?.name ?? name, grid, tilesDrawn: this.#seen.size }
  }
}
