import type { Contributor, ContributorView, CurrentJob, UnitNews } from '#web/core/contributor-view.ts'
import type { OfferSettings } from '#web/core/offer.ts'
import { ProgressCount, type JobProgress } from './job-progress.ts'

/** A contributor's session as reactive state for the components. */
export class ContributorStore {
  view: ContributorView = $state.raw() as ContributorView
  /** The job that runs or, between units and after the end, the last one that ran. */
  job: CurrentJob | undefined = $state.raw()
  /** Of that job. */
  progress: JobProgress | undefined = $state.raw()
  /** What a broken promise said. Expected ends come as `stopped` instead. */
  fault: string | undefined = $state.raw()

  readonly #contributor: Contributor
  #count: ProgressCount | undefined

  constructor(contributor: Contributor) {
    this.#contributor = contributor
    this.view = contributor.view
    this.#follow(contributor.view.job)
    contributor.onChange((view) => {
      this.view = view
      this.#follow(view.job)
    })
    contributor.onUnit((news) => {
      this.#count?.note(news)
      this.progress = this.#count?.progress()
    })
  }

  onUnit(listener: (news: UnitNews) => void): () => void {
    return this.#contributor.onUnit(listener)
  }

  start(): void {
    this.fault = undefined
    this.#watch(this.#contributor.start())
  }

  resume(): void {
    this.#contributor.resume()
  }

  stop(when: 'now' | 'afterUnit'): void {
    this.#watch(this.#contributor.stop(when))
  }

  lend(intensity: number): void {
    this.#contributor.lend(intensity)
  }

  want(settings: OfferSettings): void {
    this.#contributor.want(settings)
  }

  #follow(job: CurrentJob | undefined): void {
    if (!job) return
    this.job = job
    if (this.#count?.job.id === job.id) return
    this.#count = new ProgressCount(job)
    this.progress = this.#count.progress()
  }

  #watch(outcome: Promise<void>): void {
    outcome.catch((error: unknown) => {
      this.fault = error instanceof Error ? error.message : String(error)
    })
  }
}
