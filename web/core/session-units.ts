import { commitmentOf } from '#protocol/commitment.ts'
import { limits } from '#protocol/limits.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import { signDigest } from '#protocol/session-key.ts'
import { backoffMs, linkBackoff } from './backoff.ts'
import type { Held, Moment, Session, SessionEffect, SessionEvent, UnitOrder } from './session-state.ts'

/**
 * What happens to assignments: taken, started, proved, handed back, delivered. `deliver` and `startQueued` look at
 * what is held and not at what has just happened, so a fresh connection needs no path of its own.
 */

/** Results kept for their verdict. Above it nothing new is computed: a coordinator that never judges could fill the tab. */
export const heldBytesMax = 256 * 1024 * 1024

export function takeOrder(session: Session, order: UnitOrder, effects: SessionEffect[]): void {
  const held = session.held.get(order.assignment)
  if (held?.kind === 'computed' || held?.kind === 'receipted') {
    // The coordinator no longer knows of the commitment, or it would not ask again.
    session.held.set(order.assignment, { ...held, kind: 'computed', sent: false })
  } else if (!held) {
    if (session.ending || countUncomputed(session) >= limits.capacityMax)
      effects.push(handBack(order, 'stopping'))
    else session.held.set(order.assignment, { kind: 'queued', order })
  }
}

export function takeResult(session: Session, event: Extract<SessionEvent, { type: 'unitComputed' }>): void {
  const held = session.held.get(event.assignment)
  if (held?.kind !== 'computing') return
  const { job, unit } = held.order
  const { key } = session.settings
  const { resultDigest, nonce, result } = event
  const { chainId } = session
  const commitment = commitmentOf({ chainId, job, unit, provider: key.provider, resultDigest, nonce })
  const proof = { result, nonce, commitment, signature: signDigest(key, commitment) }
  session.held.set(event.assignment, { kind: 'computed', order: held.order, proof, sent: false })
  session.counts.computed += 1
  session.failuresInARow = 0
}

export function failUnit(session: Session, assignment: string, reason: HandBackReason, at: Moment): void {
  const held = session.held.get(assignment)
  if (held?.kind !== 'computing') return
  session.failuresInARow += 1
  const repeated = session.failuresInARow - 1
  const waitMs = repeated === 0 ? 0 : backoffMs(linkBackoff, repeated, at.jitter)
  session.held.set(assignment, {
    kind: 'failed',
    order: held.order,
    reason,
    handBackAtMs: at.nowMs + waitMs,
  })
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

export function startQueued(session: Session, effects: SessionEffect[]): void {
  if (heldBytes(session) > heldBytesMax) return
  let free = session.settings.capacity
  for (const held of session.held.values()) if (held.kind === 'computing') free -= 1
  for (const [assignment, held] of session.held) {
    if (free <= 0) return
    if (held.kind !== 'queued') continue
    session.held.set(assignment, { kind: 'computing', order: held.order })
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
