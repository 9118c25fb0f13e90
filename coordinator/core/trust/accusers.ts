import type { ProviderId } from '#protocol/ids.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import { spotAgrees } from '#protocol/spot-results.ts'
import type { Effect } from '../effects.ts'
import type { Job, State } from '../state.ts'
import type { Accuser, OpenUnit, Voucher } from '../unit-state.ts'
import type { RevealedAssignment } from '../units.ts'
import { condemn, forgive, type Unsettled } from './convictions.ts'
import { voidAccusations } from './hearings.ts'
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
  if (agreeing.some((vote) => vote.provider === accuser.primary))
    return missedSpot(state, accuser.provider, nowMs, effects)
  if (disagreeing.some((vote) => vote.provider === accuser.primary))
    payAccuser(state, job, unit.index, accuser, nowMs, effects)
  return []
}

/** A unit is decided: who had vouched for a part of its first result that was wrong had not computed it. */
export function answerVoucher(
  state: State,
  { provider, written }: Voucher,
  canonical: Uint8Array,
  parts: readonly ResultPart[],
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  if (spotAgrees(written, canonical, parts) === 'agrees') return []
  return missedSpot(state, provider, nowMs, effects)
}

/** One wrong spot of many may be an accident like any other small miss; what else this checker says is not heard. */
function missedSpot(state: State, provider: ProviderId, nowMs: number, effects: Effect[]): Unsettled[] {
  if (state.anchors.has(provider)) return []
  const standing = standingOf(state, provider)
  if (!forgive(state, standing)) return condemn(state, provider, nowMs, effects)
  persistStanding(standing, effects)
  voidAccusations(state, provider, nowMs)
  return []
}
