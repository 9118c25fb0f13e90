import type { JobView } from '#protocol/api.ts'
import { isOver, type Job } from '#client/sdk/job.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { UnitMap } from '#client/sdk/unit-map.ts'
import { exitCodes, type ExitCode } from '#client/command/exit-code.ts'
import { Interrupted } from '#client/command/interruption.ts'
import { jobProgress } from '#client/command/job-progress.ts'
import { jobSummary } from '#client/command/job-text.ts'
import type { Session } from '#client/command/session.ts'

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
  const { terminal, signal, json, url } = session
  const progress = jobProgress(terminal, url)
  const units = new UnitMap()
  try {
    for await (const event of job.events({ signal })) {
      if (event.kind === 'snapshot' && units.letters.length > 0) terminal.note('The line is open again.')
      units.apply(event)
      if (json) terminal.json(event)
      progress.show(event.job)
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
    progress.end()
  }
}

/** Partial when units failed or were cancelled, with the list of the failed. */
export function exitCodeOf({ terminal }: Session, { view, failed }: Watched): ExitCode {
  const { cancelled } = view.units
  if (cancelled > 0)
    terminal.note(
      `${cancelled} of ${view.unitCount} units were cancelled and cost nothing.`,
      terminal.colours.yellow,
    )
  if (failed.length > 0) {
    const listed = failed.slice(0, unitsListedMax).join(', ')
    const more = failed.length > unitsListedMax ? ` and ${failed.length - unitsListedMax} more` : ''
    terminal.note(
      `${failed.length} of ${view.unitCount} units failed and cost nothing: ${listed}${more}.`,
      terminal.colours.yellow,
    )
  }
  return failed.length + cancelled === 0 ? exitCodes.ok : exitCodes.partial
}
