import { assert } from '#protocol/assert.ts'
import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { Effect } from './effects.ts'
import { keepAway } from './keep-away.ts'
import { newJob } from './jobs.ts'
import { accountOf, shareOf } from './ledger.ts'
import type { AssignmentRow, ClaimRow, EpochRow, JobRow, UnitRow } from './records.ts'
import {
  conditions,
  emptyState,
  type Assignment,
  type Durations,
  type Job,
  type JobTerms,
  type OpenUnit,
  type State,
} from './state.ts'
import { newOpenUnit } from './units.ts'
import { judge, reconsider } from './verdicts.ts'

/** What the store holds when a coordinator starts. */
export interface Stored {
  readonly jobs: readonly {
    readonly row: JobRow
    readonly terms: JobTerms
    readonly assignmentCount: number
  }[]
  readonly units: readonly UnitRow[]
  /** All assignments of units without a verdict, in the order of their attempts, with the bytes of those revealed. */
  readonly openAssignments: readonly {
    readonly row: AssignmentRow
    readonly result: Uint8Array | undefined
  }[]
  /** Sums over the ledger and counts of refused results, for each job and provider. */
  readonly shares: readonly {
    readonly job: JobId
    readonly provider: ProviderId
    readonly accepted: number
    readonly refused: number
    readonly earnedWei: bigint
  }[]
  readonly claims: readonly ClaimRow[]
  /** The last epoch that was posted, and the one after it if that was prepared. */
  readonly postedEpoch: EpochRow | undefined
  readonly preparedEpoch: EpochRow | undefined
}

/**
 * Builds the state a coordinator goes on with after a crash or a restart. Nobody is connected; leases have
 * become expired assignments, which still count when their providers come back with a result.
 *
 * @returns the state, and effects that must take place before any event is handled.
 */
export function recover(
  stored: Stored,
  nowMs: number,
  durations: Durations,
): { state: State; effects: Effect[] } {
  const state = emptyState(durations)
  const effects: Effect[] = []
  for (const { row, terms, assignmentCount } of stored.jobs) restoreJob(state, row, terms, assignmentCount)
  for (const row of stored.units) restoreUnit(jobOf(state, row.job), row)
  for (const share of stored.shares) restoreShare(state, share)
  for (const { provider, claimedWei } of stored.claims) accountOf(state, provider).claimedWei = claimedWei
  restoreEpochs(state, stored, nowMs)
  for (const { row, result } of stored.openAssignments) restoreAssignment(state, row, result)
  for (const job of state.jobs.values()) reopenUnits(state, job, nowMs, effects)
  return { state, effects }
}

function restoreJob(state: State, row: JobRow, terms: JobTerms, assignmentCount: number): void {
  const { phase, fundedWei, settledChargeWei, refundedWei, startedAtMs, finishedAtMs } = row
  const job = newJob(terms, row.createdAtMs)
  state.jobs.set(
    terms.id,
    Object.assign(job, {
      phase,
      fundedWei,
      settledChargeWei,
      refundedWei,
      startedAtMs,
      finishedAtMs,
      assignmentCount,
    }),
  )
}

function restoreUnit(job: Job, row: UnitRow): void {
  job.unitConditions[row.unit] = conditions.indexOf(row.verdict)
  job.counts.queued -= 1
  job.counts[row.verdict] += 1
  job.nextFresh = Math.max(job.nextFresh, row.unit + 1)
  if (row.disputed) job.disputeCount += 1
  if (row.verdict === 'failed') return
  job.chargedWei += job.terms.plan.unitPriceWei
  job.timesMs.queue += row.queueMs
  job.timesMs.run += row.runMs
  job.timesMs.verify += row.verifyMs
}

function restoreShare(
  state: State,
  { job, provider, accepted, refused, earnedWei }: Stored['shares'][number],
): void {
  Object.assign(shareOf(jobOf(state, job), provider), { accepted, refused, earnedWei })
  jobOf(state, job).refusedCount += refused
  const account = accountOf(state, provider)
  account.accepted += accepted
  account.refused += refused
  account.earnedWei += earnedWei
}

function restoreEpochs(state: State, { postedEpoch, preparedEpoch }: Stored, nowMs: number): void {
  if (postedEpoch) {
    state.epochNumber = postedEpoch.epoch.number
    state.postedEpoch = postedEpoch.epoch
    for (const { provider, cumulativeWei } of postedEpoch.epoch.earnings)
      accountOf(state, provider).settledWei = cumulativeWei
  }
  if (preparedEpoch) state.chainWork = { kind: 'postingEpoch', epoch: preparedEpoch.epoch, retryAtMs: nowMs }
}

function restoreAssignment(state: State, row: AssignmentRow, result: Uint8Array | undefined): void {
  const job = jobOf(state, row.job)
  const unit = openUnitOf(job, row.unit)
  unit.attempts += 1
  unit.firstLeasedAtMs ??= row.leasedAtMs
  if (row.state === 'refused') unit.barred.add(row.provider)
  if (row.state === 'handedBack') keepAway(job, unit, row.provider, row.reason)
  const assignment = assignmentOf(row, result)
  if (!assignment) return
  if (assignment.state === 'revealed') unit.barred.add(row.provider)
  unit.assignments.set(assignment.id, assignment)
  state.assignments.set(assignment.id, assignment)
}

function assignmentOf(row: AssignmentRow, result: Uint8Array | undefined): Assignment | undefined {
  const { id, job, unit, provider, leasedAtMs, commitment } = row
  const terms = { id, job, unit, provider, leasedAtMs }
  switch (row.state) {
    case 'leased':
    case 'committed':
    case 'expired':
      return { ...terms, state: 'expired', commitment }
    case 'revealed': {
      assert(
        result && commitment && row.resultDigest,
        'a revealed assignment has its commitment and bytes in the store',
      )
      return { ...terms, state: 'revealed', commitment, result, resultDigest: row.resultDigest }
    }
    case 'accepted':
    case 'refused':
    case 'cancelled':
    case 'handedBack':
      return undefined
  }
}

function reopenUnits(state: State, job: Job, nowMs: number, effects: Effect[]): void {
  for (const unit of [...job.open.values()]) {
    if ([...unit.assignments.values()].some((assignment) => assignment.state === 'revealed'))
      judge(state, job, unit, nowMs, effects)
    else reconsider(state, job, unit, nowMs, effects)
  }
}

function openUnitOf(job: Job, index: number): OpenUnit {
  let unit = job.open.get(index)
  if (!unit) {
    unit = newOpenUnit(index, job.terms.plan.quorum)
    job.open.set(index, unit)
    job.nextFresh = Math.max(job.nextFresh, index + 1)
  }
  return unit
}

function jobOf(state: State, id: JobId): Job {
  const job = state.jobs.get(id)
  assert(job, 'the store holds the job of each of its rows')
  return job
}
