import { unreachable } from '#protocol/assert.ts'
import type { SessionState, StopReason } from '#web/core/contributor-view.ts'

/** Which buttons make sense in a state. */
export interface SessionControls {
  readonly start: boolean
  /** After a halt. */
  readonly goOn: boolean
  readonly finishThenStop: boolean
  readonly stopNow: boolean
}

const nothing: SessionControls = { start: false, goOn: false, finishThenStop: false, stopNow: false }

/** Starting again changes nothing until the reader has changed the browser. */
const beyondRetry: ReadonlySet<StopReason> = new Set<StopReason>([
  'noWebGpu',
  'browserRestartNeeded',
  'gpuStuck',
])

export function controlsOf(state: SessionState): SessionControls {
  switch (state.kind) {
    case 'idle':
      return { ...nothing, start: true }
    case 'starting':
    case 'reconnecting':
    case 'finishing':
      return { ...nothing, stopNow: true }
    // Waiting offers the same two: they alternate from unit to unit, and buttons must not jump about.
    case 'waiting':
    case 'working':
      return { ...nothing, finishThenStop: true, stopNow: true }
    case 'halted':
      return { ...nothing, goOn: true, stopNow: true }
    case 'stopped':
      return { ...nothing, start: !beyondRetry.has(state.reason) }
    default:
      return unreachable(state)
  }
}

/** How a state feels: it chooses colour and shape of the sign beside its words. */
export type Tone = 'calm' | 'busy' | 'attention' | 'trouble' | 'ended'

export function toneOf(state: SessionState): Tone {
  switch (state.kind) {
    case 'idle':
    case 'waiting':
    case 'finishing':
      return 'calm'
    case 'starting':
    case 'working':
      return 'busy'
    case 'reconnecting':
      return 'attention'
    case 'halted':
      return 'trouble'
    case 'stopped':
      return state.reason === 'byUser' ? 'ended' : 'trouble'
    default:
      return unreachable(state)
  }
}
