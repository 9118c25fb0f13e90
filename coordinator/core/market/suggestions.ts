import { unreachable } from '#protocol/assert.ts'
import type { SuggestedChange, Suggestion } from '#protocol/waiting.ts'
import type { Failure, FailingGroup } from './failing.ts'
import { payForHourly } from './hourly.ts'

/** What a suggestion rests on besides those who fail. */
export interface Present {
  /** Providers that match as it is. */
  readonly matching: number
  /** Agreeing results that share a unit's price. */
  readonly quorum: number
  readonly nowMs: number
}

/**
 * What the requester could change, each change by itself, and how many providers would match then; most first. Of a
 * figure there are up to three: the least change that wins one provider, half and all of those who fail nothing else.
 */
export function suggestionsFor(groups: readonly FailingGroup[], present: Present): Suggestion[] {
  return groups
    .flatMap((group) => stepsOf(group.only, present))
    .sort((one, other) => other.matches - one.matches)
}

function stepsOf(only: readonly Failure[], present: Present): Suggestion[] {
  const demands = only.flatMap((failure) => demandOf(failure, present) ?? [])
  demands.sort((one, other) => one.size - other.size)
  const suggestions = new Map<number, Suggestion>()
  for (const winning of new Set([1, Math.ceil(demands.length / 2), demands.length])) {
    const demand = demands[winning - 1]
    if (!demand) continue
    const won = demands.filter(({ size }) => size <= demand.size).length
    suggestions.set(demand.size, { change: demand.change, matches: present.matching + won })
  }
  return [...suggestions.values()]
}

/** What would make one provider match; of several for one condition, the smaller `size` asks less of the requester. */
interface Demand {
  readonly change: SuggestedChange
  readonly size: number
}

/** Undefined where a requester has nothing to change: a cause is what it is. */
function demandOf({ mismatch, forecastMs }: Failure, { quorum, nowMs }: Present): Demand | undefined {
  switch (mismatch.condition) {
    case 'feature':
      return { change: { kind: 'feature', feature: mismatch.feature }, size: 0 }
    case 'limit':
      return { change: { kind: 'limit', limit: mismatch.limit, value: mismatch.has }, size: -mismatch.has }
    case 'memory':
      return { change: { kind: 'memory', bytes: mismatch.has }, size: -mismatch.has }
    case 'speed':
      return { change: { kind: 'speed', gflops: mismatch.has }, size: -mismatch.has }
    case 'data':
      return { change: { kind: 'data', bytes: mismatch.has }, size: -mismatch.has }
    case 'price': {
      const perUnitWei = payForHourly(mismatch.askedWeiPerHour, forecastMs) * BigInt(quorum)
      return { change: { kind: 'price', perUnitWei }, size: Number(perUnitWei) }
    }
    case 'pool':
      return { change: { kind: 'pool' }, size: 0 }
    case 'deadline': {
      const deadlineMs = Math.ceil(nowMs + mismatch.needs)
      return { change: { kind: 'deadline', deadlineMs }, size: deadlineMs }
    }
    case 'cause':
    case 'requester':
    case 'kernel':
      return undefined
    default:
      return unreachable(mismatch)
  }
}
