import { spread } from '#protocol/draws.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import { matchesJob } from '../market/bid.ts'
import type { Job, Provider, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { refreshOpenUnit } from '../units.ts'
import { newestNumber } from './chance.ts'
import { isOnProbation } from './standings.ts'

/** So many providers are looked at before a choice is put off: a roster of thousands must not be walked for each check. */
const looksMax = 256
/** Checks that may wait for one anchor. */
const anchorDutiesMax = 16

/**
 * Gives a unit's next vote to a provider that the beacon chooses. A number names a place in the roster of those
 * connected; from there the first who is fit gets it, before any other work. Nobody fit: it is tried again later.
 */
export function designate(
  state: State,
  job: Job,
  unit: OpenUnit,
  seed: number,
  nowMs: number,
  effects: Effect[],
): void {
  unit.directed = true
  const fitness = (provider: Provider) => canVote(state, job, unit, provider, nowMs)
  const anchor = unit.anchorWanted ? choose(state, [...state.anchors], seed, fitness) : undefined
  const isPutOff = !anchor && awaitsAnchor(state, job, unit, nowMs)
  const checker = isPutOff ? undefined : (anchor ?? choose(state, state.roster, seed, fitness))
  unit.designated = checker?.id
  unit.designatedAtMs = nowMs
  if (checker) {
    checker.duties.push({ kind: 'unit', job: job.terms.id, unit: unit.index })
    state.undesignated.delete(unit)
    state.market.roomy.add(checker.id)
  } else state.undesignated.set(unit, job)
  refreshOpenUnit(job, unit, effects)
}

/** Lets somebody else bring the vote that a designated provider did not. */
export function redesignate(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  designate(state, job, unit, seedOf(state, unit), nowMs, effects)
}

/** Looks again for providers that could take what nobody could before. */
export function designateLeftOver(state: State, nowMs: number, effects: Effect[]): void {
  for (const [unit, job] of [...state.undesignated]) redesignate(state, job, unit, nowMs, effects)
}

/**
 * The fittest kind of provider first: an anchor where one is wanted, else one of another network and of the numeric
 * class that made the first result; then whoever may.
 */
export function canVote(state: State, job: Job, unit: OpenUnit, provider: Provider, nowMs: number): number {
  if (!mayVote(state, job, unit, provider, nowMs)) return 0
  if (unit.anchorWanted && state.anchors.has(provider.id))
    return provider.duties.length < anchorDutiesMax ? 3 : 0
  if (unit.anchorWanted) return isOnProbation(state, provider.id) ? 1 : 2
  const first = firstProviderOf(state, unit)
  const elsewhere = first?.network === undefined || first.network !== provider.network
  const alike = first === undefined || first.offer.numericClass === provider.offer.numericClass
  return 1 + (elsewhere ? 1 : 0) + (alike ? 1 : 0)
}

function mayVote(state: State, job: Job, unit: OpenUnit, provider: Provider, nowMs: number): boolean {
  if (unit.barred.has(provider.id) || unit.unable.has(provider.id) || job.unable.has(provider.id))
    return false
  if (nowMs < provider.coolDownUntilMs) return false
  // The reference worker is slow and takes what it is given: no price, speed or deadline keeps it away.
  if (provider.dutiesOnly) return unit.anchorWanted && state.anchors.has(provider.id)
  return matchesJob(job, provider, nowMs)
}

/** A dispute waits while an anchor that could settle it has too much to do: strangers may be the liar's friends. */
function awaitsAnchor(state: State, job: Job, unit: OpenUnit, nowMs: number): boolean {
  if (!unit.disputed || !unit.anchorWanted) return false
  for (const id of state.anchors) {
    const anchor = state.providers.get(id)
    if (anchor && mayVote(state, job, unit, anchor, nowMs)) return true
  }
  return false
}

/** The first of the highest fitness, from the place in the roster that the seed names. */
export function choose(
  state: State,
  roster: readonly ProviderId[],
  seed: number,
  fitness: (provider: Provider) => number,
): Provider | undefined {
  let best: Provider | undefined
  let bestFitness = 0
  const start = roster.length === 0 ? 0 : seed % roster.length
  for (let look = 0; look < Math.min(roster.length, looksMax) && bestFitness < 3; look += 1) {
    const provider = state.providers.get(roster[(start + look) % roster.length] ?? '0x')
    if (!provider) continue
    const fit = fitness(provider)
    if (fit > bestFitness) [best, bestFitness] = [provider, fit]
  }
  return best
}

function firstProviderOf(state: State, unit: OpenUnit): Provider | undefined {
  for (const assignment of unit.assignments.values())
    if (assignment.state === 'revealed') return state.providers.get(assignment.provider)
  return undefined
}

/** A number that nobody knew when the votes were made: of the newest round, and of how often the unit was tried. */
function seedOf(state: State, unit: OpenUnit): number {
  return (newestNumber(state) + spread(unit.attempts + 1) + Math.imul(unit.index, 0x85ebca6b)) >>> 0
}
