import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { State } from '../state.ts'
import type { Standing } from './standing.ts'

/** The standing of a provider, a newcomer's on first use. */
export function standingOf(state: State, provider: ProviderId): Standing {
  let standing = state.standings.get(provider)
  if (!standing) {
    standing = {
      provider,
      probationPassed: 0,
      checks: 0,
      log: [],
      logFrom: 0,
      checksFrom: 0,
      units: 0,
      missedAtUnits: undefined,
      convictions: 0,
      pending: new Map(),
      lastActiveMs: 0,
    }
    state.standings.set(provider, standing)
  }
  return standing
}

export function isOnProbation(state: State, provider: ProviderId): boolean {
  const passed = state.standings.get(provider)?.probationPassed ?? 0
  return passed < state.policy.probationUnits && !state.anchors.has(provider)
}

/** Units a provider may hold in jobs that are audited: few while little is known of it. */
export function heldMaxOf(state: State, provider: ProviderId): number {
  const { probationCapacity, probationUnits } = state.policy
  if (probationUnits === 0) return Infinity
  const checks = state.standings.get(provider)?.checks ?? 0
  return probationCapacity * 2 ** Math.min(8, Math.floor(checks / probationUnits))
}

export function persistStanding(standing: Standing, effects: Effect[]): void {
  const { provider, probationPassed, checks, units, missedAtUnits, checksFrom, convictions } = standing
  effects.push({
    kind: 'persist',
    record: {
      table: 'standings',
      row: { provider, probationPassed, checks, units, missedAtUnits, checksFrom, convictions },
    },
  })
}
