import type { JobView } from '#protocol/api.ts'
import type { JobProgress } from '#client/command/job-progress.ts'
import type { Session } from '#client/command/session.ts'

/** How long nothing may happen before the person is told why that may be. */
const silenceMs = 20_000

/** Says why nothing happens: at once when too few lend a GPU, and again whenever it stays silent. */
export class SilenceWatch {
  readonly #session: Session
  readonly #progress: JobProgress
  readonly #interval: ReturnType<typeof setInterval>
  #view: JobView | undefined
  #lastMs = -Infinity
  #hinted = false

  constructor(session: Session, progress: JobProgress) {
    this.#session = session
    this.#progress = progress
    this.#interval = setInterval(() => void this.#explain(), silenceMs / 4)
  }

  /** An event has come. */
  broken(view: JobView): void {
    const first = this.#view?.state !== view.state
    this.#view = view
    if (first) this.#lastMs = -Infinity
    if (first) void this.#explain()
    else this.#lastMs = performance.now()
    if (this.#hinted) this.#progress.hint('')
    this.#hinted = false
  }

  end(): void {
    clearInterval(this.#interval)
    this.#view = undefined
  }

  async #explain(): Promise<void> {
    if (this.#view?.state !== 'running' || performance.now() - this.#lastMs < silenceMs) return
    this.#lastMs = performance.now()
    // Where the network does not answer, the event stream fails as well and says so.
    const network = await this.#session.mask.network(this.#session).catch(() => undefined)
    // Meanwhile the job may have gone on, or the command may have ended.
    const view = this.#view as JobView | undefined
    if (!network || view?.state !== 'running' || network.providersOnline >= view.quorum) return
    this.#hinted = true
    this.#progress.hint(
      `${network.providersOnline} lend a GPU now, ${view.quorum} are needed to check each other: open ${this.#session.url} in a browser with WebGPU.`,
    )
  }
}
