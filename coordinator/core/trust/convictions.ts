import { assert } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import { shareWrong } from '../comparators.ts'
import type { Effect } from '../effects.ts'
import { dropCase, dropSpots, refuse } from '../endings.ts'
import { accountOf, countRefusal, sendAccount } from '../ledger.ts'
import type { Job, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { newOpenUnit, refreshOpenUnit } from '../units.ts'
import { removePending } from './earning.ts'
import { voidAccusations } from './hearings.ts'
import { answerCritics } from './check-words.ts'
import { payAccuser, persistEnd } from './provisional.ts'
import type { PendingUnit, Standing } from './standing.ts'
import { persistStanding, standingOf } from './standings.ts'

/** An open unit that lost its first result with its provider's trust: it is to be judged anew. */
export interface Unsettled {
  readonly job: Job
  readonly unit: OpenUnit
}

/**
 * A provider has lost a dispute. A small first miss may be a flaky GPU: it costs that unit, and what is pending is
 * checked anew. Anything else costs all trust, and everything that is still pending is recalled and run again.
 */
export function convict(
  state: State,
  provider: ProviderId,
  result: Uint8Array,
  canonical: Uint8Array,
  parts: readonly ResultPart[],
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  const share = shareWrong(result, canonical, parts)
  if (share <= state.policy.isolatedMissShare && forgive(state, standingOf(state, provider))) {
    persistStanding(standingOf(state, provider), effects)
    return []
  }
  return condemn(state, provider, nowMs, effects)
}

/** Whether a miss may pass for an accident; if so it is noted, and trust begins again. */
export function forgive(state: State, standing: Standing): boolean {
  const { missedAtUnits, units } = standing
  if (missedAtUnits !== undefined && units - missedAtUnits < state.policy.missWindowUnits) return false
  standing.missedAtUnits = units
  standing.probationPassed = 0
  standing.checksFrom = standing.checks
  return true
}

/** All trust is lost: what is pending is recalled, and what waits for its check counts no longer. */
export function condemn(state: State, provider: ProviderId, nowMs: number, effects: Effect[]): Unsettled[] {
  // The operator answers for its anchors; whoever could outvote one could rob it of all that is pending.
  if (state.anchors.has(provider)) return []
  voidAccusations(state, provider, nowMs)
  const standing = standingOf(state, provider)
  standing.probationPassed = 0
  standing.checksFrom = standing.checks
  standing.convictions += 1
  standing.missedAtUnits = standing.units
  persistStanding(standing, effects)
  for (const unit of removePending(standing, () => true)) recall(state, provider, unit, effects)
  const unsettled = dropVotes(state, provider, nowMs, effects)
  sendAccount(state, provider, effects)
  return unsettled
}

/** A pending unit is open again, as if nobody had computed it; its former provider does not get it. */
function recall(
  state: State,
  provider: ProviderId,
  { job: id, unit: index, assignment, payWei, attempts }: PendingUnit,
  effects: Effect[],
): void {
  const job = jobOf(state, id)
  accountOf(state, provider).pendingWei -= payWei
  countRefusal(state, job, provider)
  persistEnd(assignment, 'refused', effects)
  effects.push(
    { kind: 'persist', record: { table: 'finals', row: { job: id, unit: index, verdict: 'recalled' } } },
    { kind: 'persist', record: { table: 'droppedResults', assignment } },
  )
  const unit = newOpenUnit(index, job.terms.plan.quorum)
  unit.attempts = attempts
  unit.barred.add(provider)
  job.open.set(index, unit)
  refreshOpenUnit(job, unit, effects)
}

/** Its votes on units of audited jobs that are still open are worth nothing now. */
function dropVotes(state: State, provider: ProviderId, nowMs: number, effects: Effect[]): Unsettled[] {
  const unsettled: Unsettled[] = []
  for (const assignment of [...state.assignments.values()]) {
    if (assignment.provider !== provider || assignment.state !== 'revealed') continue
    const job = jobOf(state, assignment.job)
    const unit = job.open.get(assignment.unit)
    if (!unit || job.terms.plan.quorum !== 1) continue
    refuse(state, job, unit, assignment, 'recalled', effects)
    if (unit.draw.kind === 'check') answerCritics(state, job, unit, nowMs, effects)
    for (const accuser of unit.accusers)
      if (accuser.primary === provider) payAccuser(state, job, unit.index, accuser, nowMs, effects)
    startOver(state, job, unit, effects)
    unsettled.push({ job, unit })
  }
  return unsettled
}

/** An open unit whose first result has gone begins again; votes of others on it stay. */
export function startOver(state: State, job: Job, unit: OpenUnit, effects: Effect[]): void {
  dropCase(state, job, unit, effects)
  // Who accused the result that has gone may compute the unit now; in a small network nobody else may be left.
  const busy = new Set<ProviderId>()
  for (const { provider, state: is } of unit.assignments.values()) if (is !== 'expired') busy.add(provider)
  for (const { provider } of unit.accusers) if (!busy.has(provider)) unit.barred.delete(provider)
  unit.draw = { kind: 'none' }
  unit.quorum = job.terms.plan.quorum
  unit.directed = false
  unit.designated = undefined
  unit.anchorWanted = false
  dropSpots(state, job, unit)
  unit.missing = 1
  state.undesignated.delete(unit)
  refreshOpenUnit(job, unit, effects)
}

function jobOf(state: State, id: Job['terms']['id']): Job {
  const job = state.jobs.get(id)
  assert(job, 'an assignment is of a job of this coordinator')
  return job
}
