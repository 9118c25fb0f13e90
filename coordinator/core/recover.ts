import { assert } from '#protocol/assert.ts'
import { isErrand, type JobId, type ProviderId } from '#protocol/ids.ts'
import { setDeadline } from './deadlines.ts'
import type { Effect } from './effects.ts'
import { keepAway } from './keep-away.ts'
import { newJob } from './jobs.ts'
import { accountOf, shareOf } from './ledger.ts'
import type { AssignmentRow, JobRow, UnitRow } from './records.ts'
import type { Durations } from './durations.ts'
import { emptyState, type Job, type JobTerms, type State } from './state.ts'
import { conditions, type Assignment, type OpenUnit } from './unit-state.ts'
import type { Stored } from './stored.ts'
import { workOn } from './settlement.ts'
import type { Policy } from './trust/policy.ts'
import { noteSuspect } from './trust/suspects.ts'
import { restoreDraw, restorePending, restoreStandings } from './trust/restore.ts'
import { isAudited, newOpenUnit, votesOf } from './units.ts'
import { judge, reconsider } from './verdicts.ts'
import { restoreLinks } from './wallets.ts'

export interface RecoveryOptions {
  readonly durations: Durations
  readonly policy?: Policy
  readonly anchors?: Iterable<ProviderId>
  readonly pushesClaims?: boolean
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
  { durations, policy, anchors, pushesClaims }: RecoveryOptions,
): { state: State; effects: Effect[] } {
  const state = emptyState(durations, policy, anchors, pushesClaims)
  const effects: Effect[] = []
  for (const { row, terms, assignmentCount } of stored.jobs)
    restoreJob(state, row, terms, assignmentCount, nowMs)
  for (const row of stored.units) restoreUnit(jobOf(state, row.job), row)
  for (const share of stored.shares) restoreShare(state, share)
  restoreLinks(state, stored.wallets)
  for (const { provider, claimedWei } of stored.claims) accountOf(state, provider).claimedWei = claimedWei
  restoreEpochs(state, stored, nowMs)
  restoreStandings(state, stored, nowMs)
  restorePending(state, stored, nowMs)
  // What an errand was about has been forgotten: its spots, or its check, wait for another.
  for (const { row, result } of stored.openAssignments)
    if (!isErrand(row.id)) restoreAssignment(state, row, result, nowMs)
  for (const job of state.jobs.values()) cancelUntouched(job)
  for (const row of stored.draws) restoreDraw(state, row, nowMs, effects)
  for (const job of state.jobs.values()) reopenUnits(state, job, nowMs, effects)
  return { state, effects }
}

function restoreJob(
  state: State,
  row: JobRow,
  terms: JobTerms,
  assignmentCount: number,
  nowMs: number,
): void {
  const { phase, control, fundedWei, settledChargeWei, refundedWei, startedAtMs, finishedAtMs } = row
  state.jobs.set(
    terms.id,
    Object.assign(newJob({ ...terms, spottable: row.spottable }, row.createdAtMs), {
      phase,
      control,
      fundedWei,
      settledChargeWei,
      refundedWei,
      startedAtMs,
      finishedAtMs,
      assignmentCount,
      quietSinceMs: nowMs,
    }),
  )
}

function restoreUnit(job: Job, row: UnitRow): void {
  assert(row.verdict !== 'recalled', 'a unit that is open again has no row')
  job.unitConditions[row.unit] = conditions.indexOf(row.verdict)
  job.counts.queued -= 1
  job.counts[row.verdict] += 1
  job.nextFresh = Math.max(job.nextFresh, row.unit + 1)
  if (row.disputed) job.disputeCount += 1
  if (row.verdict === 'failed' || row.verdict === 'cancelled') return
  job.timedUnits += 1
  job.timesMs.queue += row.queueMs
  job.timesMs.run += row.runMs
  job.timesMs.verify += row.verifyMs
}

function restoreShare(
  state: State,
  { job: id, provider, accepted, refused, earnedWei }: Stored['shares'][number],
): void {
  const job = jobOf(state, id)
  Object.assign(shareOf(job, provider), { accepted, refused, earnedWei })
  job.refusedCount += refused
  job.chargedWei += earnedWei
  const account = accountOf(state, provider)
  account.accepted += accepted
  account.refused += refused
  account.earnedWei += earnedWei
}

function restoreEpochs(
  state: State,
  { postedEpoch, preparedEpoch, lastEpochNumber }: Stored,
  nowMs: number,
): void {
  state.epochNumber = lastEpochNumber
  if (postedEpoch) {
    state.postedEpoch = postedEpoch.epoch
    for (const { provider, cumulativeWei } of postedEpoch.epoch.earnings)
      accountOf(state, provider).settledWei = cumulativeWei
  }
  if (preparedEpoch) state.chainWork = workOn(preparedEpoch.epoch, nowMs)
}

function restoreAssignment(
  state: State,
  row: AssignmentRow,
  result: Uint8Array | undefined,
  nowMs: number,
): void {
  const job = jobOf(state, row.job)
  const unit = openUnitOf(job, row.unit)
  unit.attempts += 1
  unit.firstLeasedAtMs ??= row.leasedAtMs
  if (row.state === 'refused') unit.barred.add(row.provider)
  if (row.state === 'handedBack') keepAway(job, unit, row.provider, row.reason)
  if (row.state === 'refused' && row.reason === 'resultDisagrees') noteSuspect(job, row)
  const restored = assignmentOf(row, result)
  if (!restored) return
  // What was committed to before a job was cancelled is still owed its verdict.
  const assignment =
    job.control === 'cancelled' && row.state === 'committed' && restored.state === 'expired'
      ? committedAgain(state, restored, nowMs)
      : restored
  if (assignment.state !== 'expired') unit.barred.add(row.provider)
  unit.assignments.set(assignment.id, assignment)
  state.assignments.set(assignment.id, assignment)
}

function committedAgain(
  state: State,
  expired: Extract<Assignment, { state: 'expired' }>,
  nowMs: number,
): Assignment {
  const { commitment } = expired
  assert(commitment, 'a committed assignment has its commitment in the store')
  const deadlineMs = nowMs + state.durations.revealMs
  setDeadline(state.deadlines, expired.id, deadlineMs)
  return { ...expired, state: 'committed', commitment, deadlineMs }
}

function assignmentOf(row: AssignmentRow, result: Uint8Array | undefined): Assignment | undefined {
  const { id, job, unit, provider, leasedAtMs, payWei, commitment } = row
  const terms = { id, job, unit, provider, leasedAtMs, payWei, errand: undefined }
  switch (row.state) {
    case 'leased':
    case 'committed':
    case 'expired':
      return { ...terms, state: 'expired', commitment }
    case 'revealed': {
      const { resultDigest, drawRound = 0 } = row
      assert(
        result && commitment && resultDigest,
        'a revealed assignment has its commitment and bytes in the store',
      )
      return { ...terms, state: 'revealed', commitment, drawRound, result, resultDigest }
    }
    case 'provisional':
    case 'accepted':
    case 'refused':
    case 'cancelled':
    case 'handedBack':
      return undefined
  }
}

/** Units of a cancelled job that were never handed out have no rows. */
function cancelUntouched(job: Job): void {
  if (job.control !== 'cancelled') return
  const cancelled = conditions.indexOf('cancelled')
  for (let unit = 0; unit < job.terms.plan.unitCount; unit += 1) {
    if (job.unitConditions[unit] !== 0 || job.open.has(unit)) continue
    job.unitConditions[unit] = cancelled
    job.counts.queued -= 1
    job.counts.cancelled += 1
  }
  job.nextFresh = job.terms.plan.unitCount
}

function reopenUnits(state: State, job: Job, nowMs: number, effects: Effect[]): void {
  for (const unit of [...job.open.values()]) {
    // A first result that waits for its round, or for its spots, has nothing to be judged by yet.
    if (isAudited(job) && unit.draw.kind !== 'none' && unit.quorum === 1) continue
    if (votesOf(unit).length > 0) judge(state, job, unit, nowMs, effects)
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
