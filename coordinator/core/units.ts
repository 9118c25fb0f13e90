import { assert } from '#protocol/assert.ts'
import type { UnitCondition } from '#protocol/api.ts'
import { setDeadline } from './deadlines.ts'
import type { Effect } from './effects.ts'
import type { AssignmentRow } from './records.ts'
import type { Job, State } from './state.ts'
import { conditions, type Assignment, type AssignmentTerms, type OpenUnit } from './unit-state.ts'

export type RevealedAssignment = Extract<Assignment, { state: 'revealed' }>

/** A unit nobody has been given yet, of a job with this quorum. */
export function newOpenUnit(index: number, quorum: number): OpenUnit {
  return {
    index,
    quorum,
    draw: { kind: 'none' },
    directed: false,
    designated: undefined,
    designatedAtMs: 0,
    anchorWanted: false,
    accusers: [],
    vouchers: [],
    attempts: 0,
    assignments: new Map(),
    barred: new Set(),
    unable: new Set(),
    hangs: 0,
    missing: quorum,
    disputed: false,
    firstLeasedAtMs: undefined,
    firstCommittedAtMs: undefined,
    isTimed: false,
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
  if (wantsAnyone(unit)) job.wanting.add(unit.index)
  else job.wanting.delete(unit.index)
  setCondition(job, unit.index, openConditionOf(unit), effects)
}

/** Whether a unit lacks a vote that whoever comes may bring. */
export function wantsAnyone(unit: OpenUnit): boolean {
  return !unit.directed && unit.missing > liveCountOf(unit)
}

function openConditionOf(unit: OpenUnit): UnitCondition {
  if (unit.disputed) return 'disputed'
  if (unit.draw.kind !== 'none') return 'provisional'
  let leased = false
  for (const { state } of unit.assignments.values()) {
    if (state === 'committed' || state === 'revealed') return 'committed'
    if (state === 'leased') leased = true
  }
  return leased ? 'leased' : 'queued'
}

/** The results of an open unit that were revealed, in the order of their attempts. */
export function votesOf(unit: OpenUnit): RevealedAssignment[] {
  const votes: RevealedAssignment[] = []
  for (const assignment of unit.assignments.values())
    if (assignment.state === 'revealed') votes.push(assignment)
  return votes
}

/** Whether the job's units are computed once and audited, instead of by a fixed number of providers. */
export function isAudited(job: Job): boolean {
  return job.terms.plan.quorum === 1
}

/** Assignments of a unit from which a vote may still come in time. */
export function liveCountOf(unit: OpenUnit): number {
  let live = 0
  for (const assignment of unit.assignments.values())
    if (assignment.state === 'leased' || assignment.state === 'committed') live += 1
  return live
}

/** The job of an assignment that is in memory, and its open unit; an errand has none. */
export function placeOf(state: State, assignment: Assignment): { job: Job; unit: OpenUnit | undefined } {
  const job = state.jobs.get(assignment.job)
  assert(job, 'an assignment in memory belongs to a job')
  if (assignment.errand !== undefined) return { job, unit: undefined }
  const unit = job.open.get(assignment.unit)
  assert(unit, 'an assignment in memory belongs to an open unit')
  return { job, unit }
}

/** What an assignment keeps through all its states. */
export function termsOf({
  id,
  job,
  unit,
  provider,
  leasedAtMs,
  payWei,
  errand,
}: Assignment): AssignmentTerms {
  return { id, job, unit, provider, leasedAtMs, payWei, errand }
}

/** Puts an assignment's new state in place of the former, in memory and durably. */
export function replaceAssignment(
  state: State,
  unit: OpenUnit | undefined,
  next: Assignment,
  effects: Effect[],
): void {
  // An errand belongs to no unit.
  unit?.assignments.set(next.id, next)
  state.assignments.set(next.id, next)
  if (next.state === 'leased' || next.state === 'committed')
    setDeadline(state.deadlines, next.id, next.deadlineMs)
  const provider = state.providers.get(next.provider)
  if (next.state === 'leased') provider?.held.add(next.id)
  else provider?.held.delete(next.id)
  persistAssignment(next, next.state, undefined, effects)
}

/** Forgets an assignment that has come to its end; its row stays. */
export function endAssignment(
  state: State,
  unit: OpenUnit | undefined,
  assignment: Assignment,
  end: Pick<AssignmentRow, 'state' | 'reason'>,
  effects: Effect[],
): void {
  unit?.assignments.delete(assignment.id)
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
  const { id, job, unit, provider, leasedAtMs, payWei } = assignment
  const commitment = assignment.state === 'leased' ? undefined : assignment.commitment
  const revealed = assignment.state === 'revealed' ? assignment : undefined
  effects.push({
    kind: 'persist',
    record: {
      table: 'assignments',
      row: {
        id,
        job,
        unit,
        provider,
        state,
        leasedAtMs,
        payWei,
        commitment,
        drawRound: revealed?.drawRound,
        resultDigest: revealed?.resultDigest,
        reason,
      },
    },
  })
}
