import type { AssignmentId, ProviderId } from '#protocol/ids.ts'
import { setDeadline, takeDue } from './deadlines.ts'
import type { Effect } from './effects.ts'
import { forecastMs } from './market/forecast.ts'
import type { Job, Provider, SessionId, State } from './state.ts'
import type { Assignment } from './unit-state.ts'
import { redesignate } from './trust/designation.ts'
import { dropErrand } from './trust/errands.ts'
import { placeOf, replaceAssignment, termsOf } from './units.ts'
import { reconsider } from './verdicts.ts'

/** A unit may take so much longer than forecast before it counts as lost; the forecast is a guess. */
const patience = 10

/**
 * How long a provider may take over a unit of the job, in milliseconds: ten times what is forecast for that unit and
 * those it computes first.
 *
 * @param before how many other units it holds.
 */
export function leaseMsFor(
  { durations }: State,
  job: Job,
  provider: Provider,
  before: number = provider.held.size,
): number {
  const wishedMs = patience * forecastMs(job, provider) * (before + 1)
  return Math.min(durations.leaseMs, Math.max(durations.leaseMsMin, wishedMs))
}

/** A provider still computes and asks for more time. It gets as much as a new unit would, but not for ever. */
export function renewLease(
  state: State,
  session: SessionId,
  id: AssignmentId,
  nowMs: number,
  effects: Effect[],
): void {
  const provider = state.providers.get(state.sessions.get(session) ?? '0x')
  if (!provider) return
  provider.lastHeardMs = nowMs
  const assignment = state.assignments.get(id)
  // Another's assignment is answered like an unknown one, so that ids tell a stranger nothing.
  if (assignment?.provider !== provider.id || assignment.state !== 'leased') {
    const message = 'This unit has been decided or given to somebody else.'
    effects.push({
      kind: 'send',
      session,
      message: { type: 'refuse', reason: 'leaseExpired', message, assignment: id },
    })
    return
  }
  const { job, unit } = placeOf(state, assignment)
  const lastMs = assignment.leasedAtMs + state.durations.renewedMsMax
  const wishedMs = nowMs + leaseMsFor(state, job, provider, provider.held.size - 1)
  const deadlineMs = Math.max(assignment.deadlineMs, Math.min(wishedMs, lastMs))
  // Not a new row: a lease does not outlive the coordinator, so its end need not.
  const renewed = { ...assignment, deadlineMs }
  unit?.assignments.set(id, renewed)
  state.assignments.set(id, renewed)
  setDeadline(state.deadlines, id, deadlineMs)
  effects.push({
    kind: 'send',
    session,
    message: { type: 'renewed', assignment: id, leaseMs: Math.max(0, deadlineMs - nowMs) },
  })
}

/** Ends leases and reveals whose deadline has passed. */
export function expireOverdue(state: State, nowMs: number, effects: Effect[]): void {
  for (const id of takeDue(state.deadlines, nowMs)) {
    const assignment = state.assignments.get(id)
    // Most have been renewed, or ended by a result, before their deadline came.
    if (assignment && isLive(assignment) && nowMs >= assignment.deadlineMs)
      expire(state, assignment, nowMs, effects)
  }
}

/** Ends all that a vanished provider held. What it had committed still counts if it comes back in time. */
export function expireHeldBy(state: State, provider: ProviderId, nowMs: number, effects: Effect[]): void {
  const held: LiveAssignment[] = []
  for (const assignment of state.assignments.values())
    if (assignment.provider === provider && isLive(assignment)) held.push(assignment)
  for (const assignment of held) expire(state, assignment, nowMs, effects)
}

type LiveAssignment = Extract<Assignment, { state: 'leased' | 'committed' }>

function isLive(assignment: Assignment): assignment is LiveAssignment {
  return assignment.state === 'leased' || assignment.state === 'committed'
}

function expire(state: State, assignment: LiveAssignment, nowMs: number, effects: Effect[]): void {
  // An earlier expiry in the same sweep may have decided the unit and ended this one too.
  if (state.assignments.get(assignment.id) !== assignment) return
  const { job, unit } = placeOf(state, assignment)
  if (!unit) {
    dropErrand(state, job, assignment, { state: 'expired', reason: undefined }, nowMs, effects)
    return
  }
  const commitment = assignment.state === 'committed' ? assignment.commitment : undefined
  replaceAssignment(state, unit, { ...termsOf(assignment), state: 'expired', commitment }, effects)
  unit.barred.delete(assignment.provider)
  if (unit.designated === assignment.provider) redesignate(state, job, unit, nowMs, effects)
  reconsider(state, job, unit, nowMs, effects)
}
