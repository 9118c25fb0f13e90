import type { FromCoordinator } from '#protocol/messages.ts'
import type { Moment, Session, SessionEffect } from './session-state.ts'

/**
 * What happens to the leases of units that wait or compute: asked for anew in time, for as long as this connection
 * stands. The coordinator takes all units back with the connection, so there is nothing to renew on the next one; their
 * results may still count.
 */

/** Of a lease, before more is asked for: what is left is ample for the question and the answer. */
const renewAfter = 0.6
/** A lease this short will not be prolonged further: asking again and again would gain nothing. */
const leaseMsMin = 2_000

/** When to ask for more of a lease that begins now; undefined: not at all. */
export function renewalOf(leaseMs: number, at: Moment): number | undefined {
  return leaseMs < leaseMsMin ? undefined : at.nowMs + renewAfter * leaseMs
}

/** More time was granted. */
export function takeRenewal(
  session: Session,
  { assignment, leaseMs }: Extract<FromCoordinator, { type: 'renewed' }>,
  at: Moment,
): void {
  const held = session.held.get(assignment)
  if (held?.kind === 'queued' || held?.kind === 'computing') held.renewAtMs = renewalOf(leaseMs, at)
}

/** Asks for more time wherever it is due; once, until the answer comes. */
export function renewLeases(session: Session, at: Moment, effects: SessionEffect[]): void {
  for (const [assignment, held] of session.held) {
    if (held.kind !== 'queued' && held.kind !== 'computing') continue
    if (held.renewAtMs === undefined || at.nowMs < held.renewAtMs) continue
    held.renewAtMs = undefined
    effects.push({ type: 'send', header: { type: 'renew', assignment } })
  }
}
