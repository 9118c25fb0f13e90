import type { ProviderId } from '#protocol/ids.ts'
import type { State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { votesOf } from '../units.ts'

/** A unit is contested, or has another vote since. */
export function contest({ contests }: State, unit: OpenUnit): void {
  contests.units.add(unit)
  contests.counts = undefined
}

export function endContest({ contests }: State, unit: OpenUnit): void {
  if (contests.units.delete(unit)) contests.counts = undefined
}

/** Whether a result of a provider's is contested. */
export function isContested(state: State, provider: ProviderId): boolean {
  return countOf(state, provider) > 0
}

/** Whether a provider gets no new units of audited jobs: a liar could pile them up while its first case waits to be heard. */
export function isStalled(state: State, provider: ProviderId): boolean {
  if (countOf(state, provider) < contestedMax) return false
  state.contests.stalled.add(provider)
  return true
}

/** A lying checker is seldom given four spots of one honest provider's units at a time; who lies always soon has four results contested. */
const contestedMax = 4

/** Providers whose results have been settled get work again. */
export function wakeStalled(state: State): void {
  for (const provider of state.contests.stalled) {
    if (countOf(state, provider) >= contestedMax) continue
    state.contests.stalled.delete(provider)
    state.market.roomy.add(provider)
  }
}

/** Whose contested results are being settled by a whole further run. */
export function providersInDispute({ contests }: State): Set<ProviderId> {
  const providers = new Set<ProviderId>()
  for (const unit of contests.units)
    if (unit.draw.kind === 'audit' && unit.disputed)
      for (const { provider } of votesOf(unit)) providers.add(provider)
  return providers
}

function countOf({ contests }: State, provider: ProviderId): number {
  if (contests.units.size === 0) return 0
  contests.counts ??= countAll(contests.units)
  return contests.counts.get(provider) ?? 0
}

function countAll(units: Iterable<OpenUnit>): Map<ProviderId, number> {
  const counts = new Map<ProviderId, number>()
  for (const unit of units)
    for (const { provider } of votesOf(unit)) counts.set(provider, (counts.get(provider) ?? 0) + 1)
  return counts
}
