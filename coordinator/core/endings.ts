import { assert } from '#protocol/assert.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import type { Effect } from './effects.ts'
import { finishIfDecided } from './jobs.ts'
import { countRefusal } from './ledger.ts'
import type { AssignmentRow, UnitRow } from './records.ts'
import type { Job, State } from './state.ts'
import { endContest } from './trust/contests.ts'
import type { Assignment, OpenUnit } from './unit-state.ts'
import { endAssignment, setCondition } from './units.ts'

/** How assignments and open units end, whatever was decided about them. */

/** Refuses one result: it earns nothing, and its provider does not get the unit again. */
export function refuse(
  state: State,
  job: Job,
  unit: OpenUnit,
  assignment: Assignment,
  reason: RefusalReason,
  effects: Effect[],
): void {
  countRefusal(state, job, assignment.provider)
  unit.barred.add(assignment.provider)
  if (assignment.state === 'revealed')
    effects.push({ kind: 'persist', record: { table: 'droppedResults', assignment: assignment.id } })
  endWith(state, unit, assignment, 'refused', reason, effects)
  // An earlier attempt that expired must not become a second vote.
  for (const other of [...unit.assignments.values()])
    if (other.provider === assignment.provider) endWith(state, unit, other, 'cancelled', undefined, effects)
}

/** Ends an open unit. What is left of its assignments is cancelled. */
export function closeUnit(
  state: State,
  job: Job,
  unit: OpenUnit,
  end: Pick<UnitRow, 'canonical'> & {
    readonly verdict: 'provisional' | 'accepted' | 'failed' | 'cancelled'
    readonly mark?: number
  },
  nowMs: number,
  effects: Effect[],
): void {
  for (const rest of [...unit.assignments.values()])
    endWith(state, unit, rest, 'cancelled', undefined, effects)
  assert(unit.assignments.size === 0, 'a decided unit has no assignment left')
  dropCase(state, job, unit, effects)
  dropSpots(state, job, unit)
  job.open.delete(unit.index)
  job.wanting.delete(unit.index)
  state.undesignated.delete(unit)
  const leasedAtMs = unit.firstLeasedAtMs ?? nowMs
  const committedAtMs = unit.firstCommittedAtMs ?? nowMs
  const times = {
    queueMs: leasedAtMs - (job.startedAtMs ?? leasedAtMs),
    runMs: committedAtMs - leasedAtMs,
    verifyMs: nowMs - committedAtMs,
  }
  if (!unit.isTimed && (end.verdict === 'accepted' || end.verdict === 'provisional')) {
    job.timesMs.queue += times.queueMs
    job.timesMs.run += times.runMs
    job.timesMs.verify += times.verifyMs
    job.timedUnits += 1
  }
  const { mark, verdict, canonical } = end
  effects.push({
    kind: 'persist',
    record: {
      table: 'units',
      row: {
        job: job.terms.id,
        unit: unit.index,
        verdict,
        canonical,
        mark,
        disputed: unit.disputed,
        ...times,
      },
    },
  })
  setCondition(job, unit.index, verdict, effects)
  job.quietSinceMs = nowMs
  finishIfDecided(job, nowMs, effects)
}

/** What spot checks said about a unit's result says nothing about the next one. */
export function dropSpots(state: State, job: Job, unit: OpenUnit): void {
  endContest(state, unit)
  for (const { spotCount } of unit.accusers) job.spots.outstanding -= spotCount
  unit.accusers.length = 0
  unit.vouchers.length = 0
}

/** Ends the case of a unit's result, if there is one; a check of it that is under way is cancelled. */
export function dropCase(state: State, job: Job, unit: OpenUnit, effects: Effect[]): void {
  if (unit.draw.kind !== 'check') return
  const { checks } = job
  const check = checks.cases.get(unit.draw.number)
  if (!check) return
  checks.cases.delete(check.number)
  checks.outstanding -= check.outstanding
  state.unasked.delete(check)
  const errand = state.assignments.get(check.asked?.assignment ?? '')
  check.asked = undefined
  if (errand) endWith(state, undefined, errand, 'cancelled', undefined, effects)
}

/** Ends an assignment and tells its provider. */
export function endWith(
  state: State,
  unit: OpenUnit | undefined,
  assignment: Assignment,
  outcome: Extract<AssignmentRow['state'], 'accepted' | 'provisional' | 'refused' | 'cancelled'>,
  reason: RefusalReason | undefined,
  effects: Effect[],
): void {
  endAssignment(state, unit, assignment, { state: outcome, reason }, effects)
  const session = state.providers.get(assignment.provider)?.session
  if (session === undefined) return
  effects.push({
    kind: 'send',
    session,
    message: { type: 'verdict', assignment: assignment.id, outcome, ...(reason && { reason }) },
  })
}
