import {
  idleView,
  type Contributor,
  type ContributorView,
  type PreviewTile,
} from '#web/core/contributor-view.ts'
import { columnsOf, rowsOf, tilesOfUnit, type TileGrid } from '#web/app/tile-grid.ts'
import { sampleTile } from './sample-picture.ts'
import { sampleImage, sampleJob, scenes } from './scenes.ts'

/** A contributor without GPU or network: it says what it is told to say, when it is told. */
export class ScriptedContributor implements Contributor {
  view: ContributorView
  /** What the page asked for, in order. */
  readonly asked: string[] = []
  readonly #viewListeners = new Set<(view: ContributorView) => void>()
  readonly #tileListeners = new Set<(tile: PreviewTile) => void>()

  constructor(view: ContributorView = idleView) {
    this.view = view
  }

  onChange(listener: (view: ContributorView) => void): () => void {
    this.#viewListeners.add(listener)
    return () => this.#viewListeners.delete(listener)
  }

  onTile(listener: (tile: PreviewTile) => void): () => void {
    this.#tileListeners.add(listener)
    return () => this.#tileListeners.delete(listener)
  }

  start(): Promise<void> {
    this.asked.push('start')
    this.show({ ...scenes.waiting, unitsComputed: 0, unitsAccepted: 0, unitsRefused: 0 })
    return Promise.resolve()
  }

  stop(when: 'now' | 'afterUnit'): Promise<void> {
    this.asked.push(`stop ${when}`)
    const state =
      when === 'now' ? ({ kind: 'stopped', reason: 'byUser' } as const) : ({ kind: 'finishing' } as const)
    this.show({ state, unit: undefined })
    return Promise.resolve()
  }

  /** Changes part of the view and tells the page. */
  show(change: Partial<ContributorView>): void {
    this.view = { ...this.view, ...change }
    for (const listener of this.#viewListeners) listener(this.view)
  }

  /** Delivers the tiles of the units up to, not including, this one, but for every seventh: those went elsewhere. */
  paintUpTo(unitIndex: number): void {
    const grid: TileGrid = {
      imageWidth: sampleImage.width,
      imageHeight: sampleImage.height,
      tileWidth: sampleImage.tile,
      tileHeight: sampleImage.tile,
    }
    const unitCount = columnsOf(grid) * rowsOf(grid)
    for (let index = 0; index < unitIndex; index++)
      for (const tile of index % 7 === 3 ? [] : tilesOfUnit(grid, { index, unitCount }))
        for (const listener of this.#tileListeners) listener(sampleTile(sampleJob.id, sampleImage, tile))
  }
}
