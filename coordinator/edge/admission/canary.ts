import { Refusal } from '#protocol/refusal.ts'
import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import type { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource, RunOptions, UnitOutcome } from '#runner/job-source.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { compareRuns } from './comparing-runs.ts'
import { guardedJob, type GuardedJob } from './guarded-job.ts'
import { kernelPlace } from './kernel-place.ts'

/**
 * The canary's rule. Unit 0 is run twice on the processor, in tiles, in the order of its steps, for at most
 * `dispatchMs`: an honest unit of seconds on a GPU takes minutes here, so what counts is that it compiles, that the
 * workgroups which were reached end, and that running them again gives the same. The second run goes exactly as far
 * as the first; where that is to the end, it starts the last workgroups first, since WGSL promises no order.
 *
 * The first run is guarded: a loop that takes more than `turnsMax` turns in one invocation is stopped. It may still be
 * honest, so it gets one more chance with `turnsMaxLast`: at a hundred cycles a turn, half a second of a slow GPU's time,
 * which is as long as one workgroup, that nothing can cut, may take there. What needs more turns, or more than `wallMs`
 * here, has to be spread over several dispatches.
 * The second run is the kernel as volunteers run it. The guard changes no value unless it stops a loop, so what
 * differs between the two runs differs by chance; and the text that was proven is the text that is sent.
 */
export const canaryRule = {
  dispatchMs: 6_000,
  wallMs: 20_000,
  turnsMax: 2 ** 18,
  turnsMaxLast: 2 ** 22,
} as const

/** How far unit 0 came. */
export interface CanaryReport {
  /** Workgroups and other steps that were done. */
  readonly progress: number
  readonly complete: boolean
  /** Whether every loop was counted; without, only time bounded them. */
  readonly guarded: boolean
}

/** What the canary left behind. */
export interface CanaryRun {
  readonly report: CanaryReport
  /** Of unit 0, as far as it came; beyond that, what it started as. */
  readonly result: Uint8Array<ArrayBuffer>
}

/** Who sings, and what, and for how long at most each time. */
export interface Canary {
  readonly child: RunnerChild
  readonly source: JobSource
  readonly wallMs: number
}

/**
 * Runs unit 0 twice and compares.
 *
 * @throws {Refusal} `kernelEndless`, `kernelRacy`, `resultNotFinite`; {RunnerError} and {ChildFailure} for the caller
 *   to judge.
 */
export async function runCanary(canary: Canary, hasLoops: boolean): Promise<CanaryRun> {
  const { source } = canary
  const guarded = hasLoops ? await guardedRun(canary) : undefined
  const first = guarded ?? (await run(canary, source, { stopAfterMs: canaryRule.dispatchMs }))
  const { progress, complete } = first
  const second = await run(canary, source, complete ? { reversed: true } : { progressMax: progress })
  const { manifest } = source
  compareRuns(first.result, second.result, resultPartsOf(manifest, unitSpanOf(manifest, 0).count), complete)
  const report = { progress, complete, guarded: guarded !== undefined || !hasLoops }
  return { report, result: second.result }
}

/** The guarded run; `undefined` where the kernel takes no guard, e.g. for a barrier inside of a loop. */
async function guardedRun(canary: Canary): Promise<UnitOutcome | undefined> {
  const { child, wallMs } = canary
  const files = canary.source.manifest.wgsl
  const usual = await guard(canary, canaryRule.turnsMax)
  if (!usual) return undefined
  const first = await runGuarded(canary, usual)
  if (!first?.stopped) return first
  const patient = await guard(canary, canaryRule.turnsMaxLast)
  const where = kernelPlace(files, first.stopped)
  if (!patient) throw endless(where, canaryRule.turnsMax)
  let last: Awaited<ReturnType<typeof runGuarded>>
  try {
    last = await runGuarded(canary, patient)
  } catch (cause) {
    if (!child.alive) throw endless(where, canaryRule.turnsMax, wallMs)
    throw cause
  }
  if (last?.stopped) throw endless(kernelPlace(files, last.stopped), canaryRule.turnsMaxLast)
  return last
}

async function guard({ child, source, wallMs }: Canary, turnsMax: number): Promise<GuardedJob | undefined> {
  try {
    return guardedJob(source, await child.guard(source.wgsl, turnsMax, { wallMs }))
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

async function runGuarded(canary: Canary, job: GuardedJob) {
  try {
    const outcome = await run(canary, job.source, { stopAfterMs: canaryRule.dispatchMs })
    return { ...outcome, ...job.read(outcome.result) }
  } catch (error) {
    // The guard itself asks for more than the adapter has, or breaks the uniformity that a barrier needs.
    if (error instanceof RunnerError && (error.code === 'compileFailed' || error.code === 'notCapable'))
      return undefined
    throw error
  }
}

function run({ child, wallMs }: Canary, source: JobSource, options: RunOptions): Promise<UnitOutcome> {
  return child.run(source, 0, { ...options, wallMs })
}

/** @param waitedMs where it was not the turns that ran out, but the time. */
function endless(where: string, turns: number, waitedMs?: number): Refusal {
  const and = waitedMs === undefined ? '' : `, and after ${waitedMs} ms it still went on`
  return new Refusal(
    'kernelEndless',
    `${where}: this loop did not end: one invocation took more than ${turns} turns${and}.`,
    { where, next: 'Give the loop a bound, e.g. a counter; or spread its turns over a "repeat" of passes.' },
  )
}
