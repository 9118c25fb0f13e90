import type { JobId, ProviderId } from '#protocol/ids.ts'
import { newIdle, type Idle } from './idle.ts'
import { newPaidRing, type PaidRing } from './paid.ts'
import { newTurns, type Turns } from './turns.ts'

/** What the market as a whole knows: whose turn it is, who is to be looked at again, and what was paid lately. */
export interface Market {
  /** Whether everything is to be looked at anew, as after a start. */
  changed: boolean
  readonly turns: Turns
  readonly paid: PaidRing
  /** Providers that may have room, or for whom something else has changed. */
  readonly roomy: Set<ProviderId>
  readonly idle: Idle
  /** Providers that get nothing for a moment. */
  readonly resting: Set<ProviderId>
  /** Jobs that may have something to hand out which they had not before. */
  readonly opened: Set<JobId>
}

export function newMarket(): Market {
  return {
    changed: true,
    turns: newTurns(),
    paid: newPaidRing(),
    roomy: new Set(),
    idle: newIdle(),
    resting: new Set(),
    opened: new Set(),
  }
}
