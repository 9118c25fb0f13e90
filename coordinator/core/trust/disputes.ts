import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { Job, State } from '../state.ts'
import type { Accuser, OpenUnit } from '../unit-state.ts'
import { wantSecondVote } from './draws.ts'
import { placeOfAccusation } from './hearings.ts'
import type { Accusation, Spot } from './spots.ts'

/** A spot differs from its unit's result. The unit comes into dispute, at once or when its accuser's former case is decided. */
export function accuse(
  state: State,
  job: Job,
  spot: Spot,
  accuser: Accuser,
  nowMs: number,
  effects: Effect[],
): void {
  const unit = job.open.get(spot.unit)
  if (!unit) return
  const { provider } = accuser
  unit.accusers.push(accuser)
  const isAnchor = state.anchors.has(provider)
  // Neither side may settle its own case, but for an anchor.
  if (!isAnchor) unit.barred.add(provider)
  if (unit.draw.kind !== 'spots') return
  if (isAnchor) {
    dispute(state, job, unit, spot.spot, nowMs, effects)
    return
  }
  const hearing = state.hearings.get(provider) ?? { open: undefined, waiting: [] }
  state.hearings.set(provider, hearing)
  hearing.waiting.push({ job: job.terms.id, spot })
  hearNext(state, provider, nowMs, effects)
}

/** Goes on to the next case wherever the last one is decided. */
export function hearAll(state: State, nowMs: number, effects: Effect[]): void {
  for (const provider of [...state.hearings.keys()]) hearNext(state, provider, nowMs, effects)
}

function hearNext(state: State, provider: ProviderId, nowMs: number, effects: Effect[]): void {
  const hearing = state.hearings.get(provider)
  if (!hearing || (hearing.open && isIn(state, hearing.open, provider, 'audit'))) return
  hearing.waiting = hearing.waiting.filter((accusation) => isIn(state, accusation, provider, 'spots'))
  hearing.open = hearing.waiting.shift()
  const place = hearing.open && placeOfAccusation(state, hearing.open, provider)
  if (place) dispute(state, place.job, place.unit, hearing.open?.spot.spot ?? 0, nowMs, effects)
  else state.hearings.delete(provider)
}

/** Whether an accusation stands, and its unit is in dispute (`audit`) or not yet (`spots`). */
function isIn(state: State, accusation: Accusation, provider: ProviderId, kind: 'audit' | 'spots'): boolean {
  return placeOfAccusation(state, accusation, provider)?.unit.draw.kind === kind
}

/** The whole unit is run by an anchor, or by others, and whoever is found wrong is convicted. */
function dispute(
  state: State,
  job: Job,
  unit: OpenUnit,
  seed: number,
  nowMs: number,
  effects: Effect[],
): void {
  unit.draw = { kind: 'audit' }
  unit.disputed = true
  job.disputeCount += 1
  unit.anchorWanted = true
  wantSecondVote(state, job, unit, seed, nowMs, effects)
}
