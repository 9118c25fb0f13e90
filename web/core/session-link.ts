import type { Session, SessionEffect } from './session-state.ts'

/** Closes the link; what was announced over it counts as unsent, so that the next one carries it again. */
export function dropLink(session: Session, effects: SessionEffect[]): void {
  effects.push({ type: 'closeLink' })
  // The next welcome brings the sums.
  session.sumsBehind = false
  for (const held of session.held.values())
    if (held.kind === 'computed' || held.kind === 'receipted') held.sent = false
    else if (held.kind !== 'failed') held.renewAtMs = undefined
}
