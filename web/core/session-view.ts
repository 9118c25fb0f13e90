import { unreachable } from '#protocol/assert.ts'
import type { SessionState } from './contributor-view.ts'
import type { Session } from './session-state.ts'

/** What the contributor is told of a session's state at `nowMs`. */
export function sessionStateOf(session: Session, nowMs: number): SessionState {
  const { phase } = session
  switch (phase.kind) {
    case 'idle':
    case 'stopped':
      return phase
    case 'halted':
      return { kind: 'halted', reason: phase.reason }
    case 'probingGpu':
      return { kind: 'starting', step: 'checkingGpu' }
    case 'connecting':
      return { kind: 'starting', step: 'connecting' }
    case 'greeting':
      return { kind: 'starting', step: 'greeting' }
    case 'backingOff':
      return {
        kind: 'reconnecting',
        attempt: phase.attempt,
        retryInMs: Math.max(0, phase.retryAtMs - nowMs),
        reason: phase.reason,
      }
    case 'ready':
      if (session.ending) return { kind: 'finishing' }
      return { kind: hasWork(session) ? 'working' : 'waiting' }
    default:
      return unreachable(phase)
  }
}

function hasWork(session: Session): boolean {
  for (const held of session.held.values())
    if (held.kind === 'queued' || held.kind === 'computing') return true
  return false
}
