import type { Contributor, ContributorView, CurrentJob, PreviewTile } from '#web/core/contributor-view.ts'
import { DrawnTiles, type Picture } from './drawn-tiles.ts'

/** A contributor's session as reactive state for the components. */
export class ContributorStore {
  view: ContributorView = $state.raw() as ContributorView
  /** The job that runs or, between units and after the end, the last one that ran. */
  job: CurrentJob | undefined = $state.raw()
  picture: Picture | undefined = $state.raw()
  /** What a broken promise said. Expected ends come as `stopped` instead. */
  fault: string | undefined = $state.raw()

  readonly #contributor: Contributor
  readonly #drawnTiles = new DrawnTiles()

  constructor(contributor: Contributor) {
    this.#contributor = contributor
    this.view = contributor.view
    this.job = contributor.view.job
    contributor.onChange((view) => {
      this.view = view
      this.job = view.job ?? this.job
    })
    contributor.onTile((tile) => {
      const jobName = this.job?.id === tile.job ? this.job.name : ''
      this.picture = this.#drawnTiles.note(tile, jobName)
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
}
