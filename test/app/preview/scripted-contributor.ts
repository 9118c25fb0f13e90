import {
  idleView,
  type Contributor,
  type ContributorView,
  type UnitNews,
} from '#web/core/contributor-view.ts'
import type { OfferSettings } from '#web/core/offer.ts'
import type { Attention } from '#web/core/pace.ts'
import { patchesOf } from '#web/core/picture-layout.ts'
import { sampleTile } from './sample-picture.ts'
import { scenes } from './scenes.ts'

/** A contributor without GPU or network: it says what it is told to say, when it is told. */
export class ScriptedContributor implements Contributor {
  view: ContributorView
  /** What the page asked for, in order. */
  readonly asked: string[] = []
  /** What the contributor wanted, in order. */
  readonly wanted: OfferSettings[] = []
  intensity: number | undefined
  attention: Attention | undefined
  readonly #viewListeners = new Set<(view: ContributorView) => void>()
  readonly #unitListeners = new Set<(news: UnitNews) => void>()

  constructor(view: ContributorView = idleView) {
    this.view = view
  }

  onChange(listener: (view: ContributorView) => void): () => void {
    this.#viewListeners.add(listener)
    return () => this.#viewListeners.delete(listener)
  }

  onUnit(listener: (news: UnitNews) => void): () => void {
    this.#unitListeners.add(listener)
    return () => this.#unitListeners.delete(listener)
  }

  start(): Promise<void> {
    this.asked.push('start')
    this.show({ ...scenes.waiting, unitsComputed: 0, unitsAccepted: 0, unitsRefused: 0 })
    return Promise.resolve()
  }

  resume(): void {
    this.asked.push('resume')
    this.show({ state: { kind: 'starting', step: 'checkingGpu' } })
  }

  stop(when: 'now' | 'afterUnit'): Promise<void> {
    this.asked.push(`stop ${when}`)
    const state =
      when === 'now' ? ({ kind: 'stopped', reason: 'byUser' } as const) : ({ kind: 'finishing' } as const)
    this.show({ state, unit: undefined })
    return Promise.resolve()
  }

  want(settings: OfferSettings): void {
    this.wanted.push(settings)
    const { offer } = this.view
    if (offer) this.show({ offer: { ...offer, settings } })
  }

  lend(intensity: number): void {
    this.intensity = intensity
  }

  attend(attention: Attention): void {
    this.attention = attention
  }

  /** Changes part of the view and tells the page. */
  show(change: Partial<ContributorView>): void {
    this.view = { ...this.view, ...change }
    for (const listener of this.#viewListeners) listener(this.view)
  }

  /** Computes the units up to, not including, this one, but for every seventh: those went elsewhere. */
  computeUpTo(unitIndex: number): void {
    const { job } = this.view
    if (!job) return
    for (let unit = 0; unit < unitIndex; unit++) {
      if (unit % 7 === 3) continue
      const { output } = job
      const span = { index: unit, begin: unit, count: 1 }
      const tiles =
        output.kind === 'picture'
          ? patchesOf(output.shape, span).map(({ x, y, width, height }) =>
              sampleTile(output.shape, { x, y, width, height }),
            )
          : []
      for (const listener of this.#unitListeners) listener({ job: job.id, unit, tiles })
    }
  }
}
