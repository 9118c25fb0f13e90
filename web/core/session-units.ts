import { commitmentOf } from '#protocol/commitment.ts'
import { limits } from '#protocol/limits.ts'
import type { FromCoordinator, HandBackReason } from '#protocol/messages.ts'
import { signDigest } from '#protocol/session-key.ts'
import { capacityFor, smoothedMs } from './capacity.ts'
import { backoffMs, linkBackoff } from './backoff.ts'
import { handBackReasonOf, withIncident, type UnitFailure } from './incident.ts'
import { renewalOf } from './session-leases.ts'
import type { Held, Moment, Session, SessionEffect, SessionEvent, UnitOrder } from './session-state.ts'

/**
 * What happens to assignments: taken, started, proved, handed back, delivered. `deliver` and `startQueued` look at
 * what is held and not at what has just happened, so a fresh connection needs no path of its own.
 */

/** Results kept for their verdict. Above it nothing new is computed: a coordinator that never judges could fill the tab. */
export const heldBytesMax = 256 * 1024 * 1024

/** An order, with the result that it is about where it is to check one. */
export function orderOf(
  message: Extract<FromCoordinator, { type: 'assign' }>,
  payload: Uint8Array<ArrayBuffer> | undefined,
): UnitOrder {
  return message.task?.kind === 'check' ? { ...message, candidate: payload } : message
}

export function takeOrder(session: Session, order: UnitOrder, at: Moment, effects: SessionEffect[]): void {
  const held = session.held.get(order.assignment)
  if (held?.kind === 'computed' || held?.kind === 'receipted') {
    // The coordinator no longer knows of the commitment, or it would not ask again.
    session.held.set(order.assignment, { ...held, kind: 'computed', sent: false })
  } else if (!held) {
    if (session.ending || countUncomputed(session) >= limits.capacityMax)
      effects.push(handBack(order, 'stopping'))
    else if (session.hungJobs.has(order.job)) fail(session, order, 'kernelHung', at)
    else
      session.held.set(order.assignment, { kind: 'queued', order, renewAtMs: renewalOf(order.leaseMs, at) })
  }
}

export function takeResult(
  session: Session,
  event: Extract<SessionEvent, { type: 'unitComputed' }>,
  at: Moment,
): void {
  const held = session.held.get(event.assignment)
  if (held?.kind !== 'computing') return
  const { job, unit } = held.order
  const { key } = session.settings
  const { resultDigest, nonce, result } = event
  const { chainId } = session
  const commitment = commitmentOf({ chainId, job, unit, provider: key.provider, resultDigest, nonce })
  const proof = { result, nonce, commitment, signature: signDigest(key, commitment) }
  // What was checked is not needed any more.
  const order = { ...held.order, candidate: undefined }
  session.held.set(event.assignment, { kind: 'computed', order, proof, sent: false })
  session.counts.computed += 1
  if (session.lastResultAtMs !== undefined)
    session.unitMs = smoothedMs(session.unitMs, at.nowMs - session.lastResultAtMs)
  session.lastResultAtMs = at.nowMs
  session.failuresInARow.delete(job)
}

/** A unit that could not be computed: it goes back with its reason, later the more of its job have failed in a row. */
export function failUnit(session: Session, assignment: string, failure: UnitFailure, at: Moment): void {
  const held = session.held.get(assignment)
  if (held?.kind !== 'computing') return
  session.incidents = withIncident(session.incidents, failure)
  fail(session, held.order, handBackReasonOf(failure), at)
}

function fail(session: Session, order: UnitOrder, reason: HandBackReason, at: Moment): void {
  const repeated = session.failuresInARow.get(order.job) ?? 0
  session.failuresInARow.set(order.job, repeated + 1)
  const waitMs = repeated === 0 ? 0 : backoffMs(linkBackoff, repeated, at.jitter)
  giveUp(session, order, reason, at.nowMs + waitMs)
}

/** Units that will not be computed any more, whatever they wait for. */
export function giveUp(
  session: Session,
  order: UnitOrder,
  reason: HandBackReason,
  handBackAtMs: number,
): void {
  session.held.set(order.assignment, { kind: 'failed', order, reason, handBackAtMs })
}

/** Sends whatever this connection has not yet carried. */
export function deliver(session: Session, at: Moment, effects: SessionEffect[]): void {
  const { phase } = session
  if (phase.kind !== 'ready') return
  for (const [assignment, held] of session.held) {
    if (held.kind === 'failed' && at.nowMs >= held.handBackAtMs) {
      effects.push(handBack(held.order, held.reason))
      session.held.delete(assignment)
    }
    if ((held.kind !== 'computed' && held.kind !== 'receipted') || held.sent) continue
    effects.push(announce(assignment, held))
    held.sent = true
  }
  if (at.nowMs < phase.heartbeatAtMs) return
  effects.push({ type: 'send', header: { type: 'heartbeat' } })
  phase.heartbeatAtMs = at.nowMs + phase.heartbeatMs
}

/** Tells the coordinator how many units to hand out, whenever that has changed. */
export function stateCapacity(session: Session, effects: SessionEffect[]): void {
  const capacity = capacityFor(session.settings.lanes, session.unitMs)
  if (session.phase.kind !== 'ready' || capacity === session.capacityStated) return
  session.capacityStated = capacity
  effects.push({ type: 'send', header: { type: 'capacity', capacity } })
}

export function startQueued(session: Session, effects: SessionEffect[]): void {
  if (heldBytes(session) > heldBytesMax || session.phase.kind === 'halted') return
  let free = capacityFor(session.settings.lanes, session.unitMs)
  for (const held of session.held.values()) if (held.kind === 'computing') free -= 1
  for (const [assignment, held] of session.held) {
    if (free <= 0) return
    if (held.kind !== 'queued') continue
    session.held.set(assignment, { ...held, kind: 'computing' })
    effects.push({ type: 'compute', order: held.order })
    free -= 1
  }
}

export function handBack(order: UnitOrder, reason: HandBackReason): SessionEffect {
  return { type: 'send', header: { type: 'handBack', assignment: order.assignment, reason } }
}

function announce(
  assignment: string,
  held: Extract<Held, { kind: 'computed' | 'receipted' }>,
): SessionEffect {
  const { commitment, signature, nonce, result } = held.proof
  if (held.kind === 'computed')
    return { type: 'send', header: { type: 'commit', assignment, commitment, signature } }
  return { type: 'send', header: { type: 'reveal', assignment, nonce }, payload: result }
}

function countUncomputed(session: Session): number {
  let count = 0
  for (const held of session.held.values())
    if (held.kind === 'queued' || held.kind === 'computing' || held.kind === 'failed') count += 1
  return count
}

function heldBytes(session: Session): number {
  let bytes = 0
  for (const held of session.held.values())
    if (held.kind === 'computed' || held.kind === 'receipted') bytes += held.proof.result.length
  return bytes
}
