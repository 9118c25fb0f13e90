import type { JobView } from '#protocol/api.ts'
import { isOver, type Job } from '#client/sdk/job.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { UnitMap } from '#client/sdk/unit-map.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { Interrupted } from '#client/command/interruption.ts'
import { jobProgress, type JobProgress } from '#client/command/job-progress.ts'
import { jobSummary } from '#client/command/job-text.ts'
import type { Session } from '#client/command/session.ts'

/** How long nothing may happen before the person is told why that may be. */
const silenceMs = 20_000
/** A list of failed units that still fits on a screen. */
const unitsListedMax = 20

/** What watching ended with. */
export interface Watched {
  readonly view: JobView
  readonly failed: readonly number[]
}

/** `mask watch`: shows a job until all its units are decided, or with `settled` until it is paid. */
export async function watch(session: Session, id: string, options: { settled: boolean }): Promise<ExitCode> {
  const job = session.mask.job(id)
  await session.mask.network(session)
  const watched = await follow(session, job, options)
  if (!session.json) session.terminal.data(jobSummary(watched.view))
  if (!session.json && watched.view.units.accepted > 0)
    session.terminal.note(`Fetch the result with: mask fetch ${job.id} --out <folder>`)
  return exitCodeOf(session, watched)
}

/** Follows a job with a bar or lines on stderr; with `--json` each event is a line on stdout. */
export async function follow(session: Session, job: Job, options: { settled: boolean }): Promise<Watched> {
  const { terminal, signal, json } = session
  const progress = jobProgress(terminal)
  const units = new UnitMap()
  const silence = new SilenceWatch(session, progress)
  try {
    for await (const event of job.events({ signal })) {
      units.apply(event)
      if (json) terminal.json(event)
      progress.show(event.job)
      silence.broken(event.job)
      if (event.job.state === 'settled' || (isOver(event.job.state) && !options.settled))
        return { view: event.job, failed: units.in('failed') }
    }
    throw new Error('broken assumption: an event stream ends settled or throws')
  } catch (error) {
    progress.end()
    if (error instanceof Interrupted) terminal.note('Detached; the job goes on.')
    if (error instanceof Interrupted || (error instanceof MaskError && error.retryable))
      terminal.note(`Resume with: mask watch ${job.id}`)
    throw error
  } finally {
    silence.end()
    progress.end()
  }
}

/** Partial when units failed, with the list of them. */
export function exitCodeOf({ terminal }: Session, { view, failed }: Watched): ExitCode {
  if (failed.length === 0) return exitCodes.ok
  const listed = failed.slice(0, unitsListedMax).join(', ')
  const more = failed.length > unitsListedMax ? ` and ${failed.length - unitsListedMax} more` : ''
  terminal.note(
    `${failed.length} of ${view.unitCount} units failed and cost nothing: ${listed}${more}.`,
    terminal.colours.yellow,
  )
  return exitCodes.partial
}

/** Says why nothing happens: at once when too few lend a GPU, and again whenever it stays silent. */
class SilenceWatch {
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
