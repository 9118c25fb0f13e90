import type { Effect } from '../effects.ts'
import type { Job, State } from '../state.ts'
import type { Accuser, OpenUnit } from '../unit-state.ts'
import type { RevealedAssignment } from '../units.ts'
import { condemn, forgive, type Unsettled } from './convictions.ts'
import { payAccuser } from './provisional.ts'
import { persistStanding, standingOf } from './standings.ts'

/** A dispute that a spot check began has ended: who accused rightly is paid for that spot, who did not is convicted. */
export function answerAccuser(
  state: State,
  job: Job,
  unit: OpenUnit,
  accuser: Accuser,
  { agreeing, disagreeing }: Record<'agreeing' | 'disagreeing', readonly RevealedAssignment[]>,
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  if (disagreeing.some((vote) => vote.provider === accuser.primary))
    payAccuser(state, job, unit.index, accuser, nowMs, effects)
  else if (agreeing.some((vote) => vote.provider === accuser.primary)) {
    const standing = standingOf(state, accuser.provider)
    // One wrong spot of many may be an accident like any other small miss.
    if (!forgive(state, standing)) return condemn(state, accuser.provider, nowMs, effects)
    persistStanding(standing, effects)
  }
  return []
}
