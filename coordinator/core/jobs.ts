import type { JobId } from '#protocol/ids.ts'
import type { Effect } from './effects.ts'
import type { JobRow } from './records.ts'
import { newForecast } from './market/forecast.ts'
import type { Job, JobTerms, State } from './state.ts'
import { newCheckDesk } from './trust/check-desk.ts'
import { newSpotDesk } from './trust/spots.ts'

/** Registers a job. The same terms again change nothing: submitting is idempotent. */
export function submitJob(state: State, terms: JobTerms, nowMs: number, effects: Effect[]): void {
  if (state.jobs.has(terms.id)) return
  const job = newJob(terms, nowMs)
  state.jobs.set(terms.id, job)
  persistJob(job, effects)
}

/** A job nothing has happened to yet. */
export function newJob(terms: JobTerms, createdAtMs: number): Job {
  return {
    terms,
    phase: 'awaitingFunds',
    control: 'none',
    fundedWei: 0n,
    chargedWei: 0n,
    settledChargeWei: 0n,
    refundedWei: 0n,
    createdAtMs,
    startedAtMs: undefined,
    finishedAtMs: undefined,
    quietSinceMs: createdAtMs,
    unitConditions: new Uint8Array(terms.plan.unitCount),
    counts: {
      queued: terms.plan.unitCount,
      leased: 0,
      committed: 0,
      disputed: 0,
      provisional: 0,
      accepted: 0,
      failed: 0,
      cancelled: 0,
    },
    forecast: newForecast(),
    open: new Map(),
    wanting: new Set(),
    nextFresh: 0,
    noStragglerUntilMs: 0,
    assignmentCount: 0,
    refusedCount: 0,
    disputeCount: 0,
    timesMs: { queue: 0, run: 0, verify: 0 },
    timedUnits: 0,
    shares: new Map(),
    unable: new Set(),
    spots: newSpotDesk(),
    isChecked: terms.resultPartsOf(0).some(({ comparator }) => comparator.compare === 'checker'),
    checks: newCheckDesk(),
  }
}

/** The escrow holds this much for the job. It starts once all its units are covered. */
export function fundJob(state: State, id: JobId, fundedWei: bigint, nowMs: number, effects: Effect[]): void {
  const job = state.jobs.get(id)
  if (!job || fundedWei <= job.fundedWei) return
  job.fundedWei = fundedWei
  if (job.phase === 'awaitingFunds' && fundedWei >= job.terms.plan.costWei) {
    job.phase = 'running'
    job.startedAtMs = nowMs
  } else if (job.phase === 'settled' && job.startedAtMs === undefined) {
    // It was cancelled while the payment was on its way: now there is something to give back.
    job.phase = 'finished'
  }
  persistJob(job, effects)
}

/** Ends a job whose every unit is decided. */
export function finishIfDecided(job: Job, nowMs: number, effects: Effect[]): void {
  const { accepted, failed, cancelled } = job.counts
  if (job.phase !== 'running' || accepted + failed + cancelled < job.terms.plan.unitCount) return
  job.phase = 'finished'
  job.finishedAtMs = nowMs
  persistJob(job, effects)
}

export function persistJob(job: Job, effects: Effect[]): void {
  effects.push(
    { kind: 'persist', record: { table: 'jobs', row: jobRowOf(job) } },
    { kind: 'changed', job: job.terms.id },
  )
}

function jobRowOf(job: Job): JobRow {
  const { id, spec, salt, requester } = job.terms
  const { phase, control, fundedWei, settledChargeWei, refundedWei, createdAtMs, startedAtMs, finishedAtMs } =
    job
  return {
    id,
    spec,
    salt,
    requester,
    phase,
    control,
    spottable: job.terms.spottable,
    fundedWei,
    settledChargeWei,
    refundedWei,
    createdAtMs,
    startedAtMs,
    finishedAtMs,
  }
}
