import { assert } from '#protocol/assert.ts'
import type { UnitCondition } from '#protocol/api.ts'
import type { Effect } from './effects.ts'
import type { AssignmentRow } from './records.ts'
import { conditions, type Assignment, type Job, type OpenUnit, type State } from './state.ts'

/** A unit nobody has been given yet, of a job with this quorum. */
export function newOpenUnit(index: number, quorum: number): OpenUnit {
  return {
    index,
    attempts: 0,
    assignments: new Map(),
    barred: new Set(),
    unable: new Set(),
    hangs: 0,
    missing: quorum,
    disputed: false,
    firstLeasedAtMs: undefined,
    firstCommittedAtMs: undefined,
  }
}

/** The condition of a unit of the job. */
export function conditionOf(job: Job, unit: number): UnitCondition {
  const condition = conditions[job.unitConditions[unit] ?? -1]
  assert(condition, 'a unit of the job has a condition')
  return condition
}

/** Sets a unit's condition, keeps the counts right and tells those who watch. */
export function setCondition(job: Job, unit: number, condition: UnitCondition, effects: Effect[]): void {
  const before = conditionOf(job, unit)
  if (before === condition) return
  job.unitConditions[unit] = conditions.indexOf(condition)
  job.counts[before] -= 1
  job.counts[condition] += 1
  effects.push({ kind: 'changed', job: job.terms.id, unit })
}

/** Brings an open unit's condition, and whether it wants another assignment, up to date. */
export function refreshOpenUnit(job: Job, unit: OpenUnit, effects: Effect[]): void {
  const states = new Set([...unit.assignments.values()].map((assignment) => assignment.state))
  if (unit.missing > liveCountOf(unit)) job.wanting.add(unit.index)
  else job.wanting.delete(unit.index)
  const voted = states.has('committed') || states.has('revealed')
  const condition = unit.disputed
    ? 'disputed'
    : voted
      ? 'committed'
      : states.has('leased')
        ? 'leased'
        : 'queued'
  setCondition(job, unit.index, condition, effects)
}

/** Assignments of a unit from which a vote may still come in time. */
export function liveCountOf(unit: OpenUnit): number {
  let live = 0
  for (const assignment of unit.assignments.values())
    if (assignment.state === 'leased' || assignment.state === 'committed') live += 1
  return live
}

/** The job and open unit of an assignment that is in memory. */
export function placeOf(state: State, assignment: Assignment): { job: Job; unit: OpenUnit } {
  const job = state.jobs.get(assignment.job)
  const unit = job?.open.get(assignment.unit)
  assert(job && unit, 'an assignment in memory belongs to an open unit')
  return { job, unit }
}

/** Puts an assignment's new state in place of the former, in memory and durably. */
export function replaceAssignment(state: State, unit: OpenUnit, next: Assignment, effects: Effect[]): void {
  unit.assignments.set(next.id, next)
  state.assignments.set(next.id, next)
  const provider = state.providers.get(next.provider)
  if (next.state === 'leased') provider?.held.add(next.id)
  else provider?.held.delete(next.id)
  persistAssignment(next, next.state, undefined, effects)
}

/** Forgets an assignment that has come to its end; its row stays. */
export function endAssignment(
  state: State,
  unit: OpenUnit,
  assignment: Assignment,
  end: Pick<AssignmentRow, 'state' | 'reason'>,
  effects: Effect[],
): void {
  unit.assignments.delete(assignment.id)
  state.assignments.delete(assignment.id)
  state.providers.get(assignment.provider)?.held.delete(assignment.id)
  persistAssignment(assignment, end.state, end.reason, effects)
}

function persistAssignment(
  assignment: Assignment,
  state: AssignmentRow['state'],
  reason: AssignmentRow['reason'],
  effects: Effect[],
): void {
  const { id, job, unit, provider, leasedAtMs } = assignment
  const commitment = assignment.state === 'leased' ? undefined : assignment.commitment
  const resultDigest = assignment.state === 'revealed' ? assignment.resultDigest : undefined
  effects.push({
    kind: 'persist',
    record: {
      table: 'assignments',
      row: { id, job, unit, provider, state, leasedAtMs, commitment, resultDigest, reason },
    },
  })
}
