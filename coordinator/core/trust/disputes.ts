import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { Job, State } from '../state.ts'
import type { Accuser, OpenUnit } from '../unit-state.ts'
import { beginAudit } from './draws.ts'
import { contest, providersInDispute } from './contests.ts'
import { placeOfAccusation } from './hearings.ts'
import type { Accusation, Hearing, Spot } from './spots.ts'

/** A spot differs from its unit's result: the unit comes into dispute, at once by an anchor's word, else when its case is heard. */
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
  contest(state, unit)
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
}

/** Goes on to the next case wherever the last one is decided. */
export function hearAll(state: State, nowMs: number, effects: Effect[]): void {
  if (state.hearings.size === 0) return
  const busy = providersInDispute(state)
  for (const [provider, hearing] of state.hearings)
    if (!hearing.open || !isIn(state, hearing.open, provider, 'audit'))
      hearNext(state, provider, hearing, busy, nowMs, effects)
}

/** @param busy providers one of whose results is in dispute: if that case is lost, all of their results are void. */
function hearNext(
  state: State,
  provider: ProviderId,
  hearing: Hearing,
  busy: Set<ProviderId>,
  nowMs: number,
  effects: Effect[],
): void {
  const waiting = hearing.waiting.filter((accusation) => isIn(state, accusation, provider, 'spots'))
  const next = waiting.find(({ spot }) => !busy.has(spot.primary))
  hearing.open = next
  hearing.waiting = waiting.filter((accusation) => accusation !== next)
  const place = next && placeOfAccusation(state, next, provider)
  if (place) {
    busy.add(next.spot.primary)
    dispute(state, place.job, place.unit, next.spot.spot, nowMs, effects)
  } else if (waiting.length === 0) state.hearings.delete(provider)
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
  unit.disputed = true
  job.disputeCount += 1
  beginAudit(state, job, unit, true, seed, nowMs, effects)
}
