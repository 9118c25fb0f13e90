import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from './effects.ts'
import type { Assignment, State } from './state.ts'
import { placeOf, replaceAssignment } from './units.ts'
import { reconsider } from './verdicts.ts'

/** Ends leases and reveals whose deadline has passed. */
export function expireOverdue(state: State, nowMs: number, effects: Effect[]): void {
  for (const assignment of [...state.assignments.values()])
    if (isLive(assignment) && nowMs >= assignment.deadlineMs) expire(state, assignment, nowMs, effects)
}

/** Ends all that a vanished provider held. What it had committed still counts if it comes back in time. */
export function expireHeldBy(state: State, provider: ProviderId, nowMs: number, effects: Effect[]): void {
  for (const assignment of [...state.assignments.values()])
    if (assignment.provider === provider && isLive(assignment)) expire(state, assignment, nowMs, effects)
}

type LiveAssignment = Extract<Assignment, { state: 'leased' | 'committed' }>

function isLive(assignment: Assignment): assignment is LiveAssignment {
  return assignment.state === 'leased' || assignment.state === 'committed'
}

function expire(state: State, assignment: LiveAssignment, nowMs: number, effects: Effect[]): void {
  // An earlier expiry in the same sweep may have decided the unit and ended this one too.
  if (state.assignments.get(assignment.id) !== assignment) return
  const { job, unit } = placeOf(state, assignment)
  const { id, provider, leasedAtMs } = assignment
  const commitment = assignment.state === 'committed' ? assignment.commitment : undefined
  replaceAssignment(
    state,
    unit,
    { id, job: job.terms.id, unit: unit.index, provider, leasedAtMs, state: 'expired', commitment },
    effects,
  )
  unit.barred.delete(provider)
  reconsider(state, job, unit, nowMs, effects)
}
