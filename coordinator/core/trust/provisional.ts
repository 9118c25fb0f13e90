import { assert } from '#protocol/assert.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import { closeUnit, endWith } from '../endings.ts'
import { finishIfDecided } from '../jobs.ts'
import { accountOf, payResult, sendAccount } from '../ledger.ts'
import type { Job, State } from '../state.ts'
import type { Accuser, OpenUnit } from '../unit-state.ts'
import { setCondition, type RevealedAssignment } from '../units.ts'

import { spotPayWei } from './budget.ts'
import { addPending, passCheck } from './earning.ts'
import type { PendingUnit } from './standing.ts'
import { standingOf } from './standings.ts'

/** A first result is taken for now. Its bytes leave memory; its pay is pending. */
export function takeProvisionally(
  state: State,
  job: Job,
  unit: OpenUnit,
  vote: RevealedAssignment,
  nowMs: number,
  effects: Effect[],
): void {
  const { provider, payWei } = vote
  const standing = standingOf(state, provider)
  const mark = standing.checks
  const attempts = unit.attempts
  endWith(state, unit, vote, 'provisional', undefined, effects)
  closeUnit(state, job, unit, { verdict: 'provisional', canonical: vote.id, mark }, nowMs, effects)
  addPending(
    standing,
    job.terms.requester,
    {
      job: job.terms.id,
      unit: unit.index,
      assignment: vote.id,
      payWei,
      mark,
      attempts,
      leasedAtMs: vote.leasedAtMs,
      commitment: vote.commitment,
      resultDigest: vote.resultDigest,
    },
    nowMs,
  )
  standing.units += 1
  state.withPending.add(provider)
  accountOf(state, provider).pendingWei += payWei
  sendAccount(state, provider, effects)
}

/** A provider has passed a check: what that earns becomes final. */
export function creditCheck(
  state: State,
  job: Job,
  provider: RevealedAssignment['provider'],
  weightWei: bigint,
  nowMs: number,
  effects: Effect[],
): void {
  const standing = standingOf(state, provider)
  const earned = passCheck(state, standing, job, weightWei, nowMs, effects)
  for (const unit of earned) finalise(state, provider, unit, nowMs, effects)
  if (earned.length > 0) sendAccount(state, provider, effects)
}

/** A pending unit is earned and charged. */
export function finalise(
  state: State,
  provider: RevealedAssignment['provider'],
  { job: id, unit, assignment, payWei }: PendingUnit,
  nowMs: number,
  effects: Effect[],
): void {
  const job = jobOf(state, id)
  accountOf(state, provider).pendingWei -= payWei
  payResult(state, job, { assignment, unit, provider, amountWei: payWei }, nowMs, effects)
  persistEnd(assignment, 'accepted', effects)
  effects.push({ kind: 'persist', record: { table: 'finals', row: { job: id, unit, verdict: 'accepted' } } })
  setCondition(job, unit, 'accepted', effects)
  job.quietSinceMs = nowMs
  finishIfDecided(job, nowMs, effects)
}

export function persistEnd(assignment: AssignmentId, state: 'accepted' | 'refused', effects: Effect[]): void {
  const reason = state === 'refused' ? 'recalled' : undefined
  effects.push({ kind: 'persist', record: { table: 'assignmentEnds', row: { assignment, state, reason } } })
}

function jobOf(state: State, id: PendingUnit['job']): Job {
  const job = state.jobs.get(id)
  assert(job, 'a pending unit is of a job of this coordinator')
  return job
}

/** What a spot that disagreed would have earned, now that it has proved right. */
export function payAccuser(
  state: State,
  job: Job,
  unit: number,
  { provider, assignment, spot, spotCount }: Accuser,
  nowMs: number,
  effects: Effect[],
): void {
  const amountWei = spotPayWei(job) * BigInt(spotCount)
  // One bundle may hold two spots of a unit: each is paid once, under a name of its own.
  const result = { assignment: `${assignment}/${unit}/${spot}`, unit, provider, amountWei }
  payResult(state, job, result, nowMs, effects)
  creditCheck(state, job, provider, amountWei, nowMs, effects)
  sendAccount(state, provider, effects)
}
