import { spread } from '#protocol/draws.ts'
import { concatBytes, fromHex } from '#protocol/bytes.ts'
import { corrupt } from '#protocol/check-task.ts'
import { firstErrandAttempt, type ProviderId } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { assert } from '#protocol/assert.ts'
import type { Effect } from '../effects.ts'
import { closeUnit } from '../endings.ts'
import { matchesJob } from '../market/bid.ts'
import type { Job, Provider, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { refreshOpenUnit, type RevealedAssignment } from '../units.ts'
import { canPayChecks, checkPayWei } from './budget.ts'
import { newestNumber } from './chance.ts'
import type { CheckCase, CheckDraw } from './check-desk.ts'
import { choose } from './designation.ts'
import { isOnProbation } from './standings.ts'

/**
 * Checks of results that are judged by their job's own verify kernel, which others run for an eighth of the price.
 *
 *     drawn ─▶ one is asked ─┬─ good ─▶ the unit passes
 *                            └─ bad ──▶ a second is asked ─┬─ good ─▶ the first lied; the unit passes
 *                                                          └─ bad ──▶ the result is refused, the unit starts over
 *
 * Seldom, and nobody can know when, the first is shown a result that was made wrong on purpose before the real one.
 */

/** What is said of a planted result: once where it is seen to be wrong, twice where it is not. */
const plantedWordsMax = 2

/** A result's case begins. Where there is no money left for a check, its unit fails. */
export function openCase(
  state: State,
  job: Job,
  unit: OpenUnit,
  vote: RevealedAssignment,
  { value, seed, isPlanted, isLast }: CheckDraw,
  nowMs: number,
  effects: Effect[],
): void {
  const plants = isPlanted && canPayChecks(job, 1 + plantedWordsMax, 'sparing')
  const number = job.checks.nextCase
  job.checks.nextCase += 1
  const check: CheckCase = {
    number,
    unit: unit.index,
    result: vote.id,
    primary: vote.provider,
    isLast,
    seed,
    planted: plants ? plantedResultOf(vote, value) : undefined,
    words: [],
    asked: undefined,
    anchorWanted: false,
    preferred: undefined,
    barred: new Set(),
    attempts: 0,
    outstanding: 0,
  }
  job.checks.cases.set(number, check)
  unit.draw = { kind: 'check', number }
  unit.missing = 0
  if (plants) expectWords(job, check, plantedWordsMax)
  if (!wantWord(state, job, check, nowMs, effects)) return
  refreshOpenUnit(job, unit, effects)
}

/** Whoever does not know the commitment cannot tell it from an honest mistake, but by running the kernel. */
function plantedResultOf({ result, commitment }: RevealedAssignment, value: CheckDraw['value']): Uint8Array {
  return corrupt(result, concatBytes(fromHex(value), fromHex(commitment)))
}

export function expectWords(job: Job, check: CheckCase, count: number): void {
  check.outstanding += count
  job.checks.outstanding += count
}

/** Asks for one word more about the result itself. Where nothing is left to pay it with, the unit fails: false. */
export function wantWord(
  state: State,
  job: Job,
  check: CheckCase,
  nowMs: number,
  effects: Effect[],
): boolean {
  if (!canPayChecks(job, 1)) {
    failUnit(state, job, check, nowMs, effects)
    return false
  }
  expectWords(job, check, 1)
  ask(state, job, check, nowMs, effects)
  return true
}

/** Gives the next word to a provider that the beacon chooses. Nobody fit: it is tried again later. */
export function ask(state: State, job: Job, check: CheckCase, nowMs: number, effects: Effect[]): void {
  check.asked = undefined
  if (check.attempts >= limits.attemptsPerUnitMax) {
    failUnit(state, job, check, nowMs, effects)
    return
  }
  const checker = checkerFor(state, job, check, nowMs)
  if (!checker) {
    state.unasked.set(check, job)
    return
  }
  state.unasked.delete(check)
  check.asked = { provider: checker.id, sinceMs: nowMs, assignment: undefined }
  checker.duties.push({ kind: 'check', job: job.terms.id, number: check.number })
  state.market.roomy.add(checker.id)
}

/** Looks again for providers that could make the checks that nobody could before. */
export function askLeftOver(state: State, nowMs: number, effects: Effect[]): void {
  for (const [check, job] of [...state.unasked]) ask(state, job, check, nowMs, effects)
}

/** The kernel that checks it may be run by nobody, or no money is left: nothing can be said of its results. */
function failUnit(state: State, job: Job, check: CheckCase, nowMs: number, effects: Effect[]): void {
  const unit = unitOf(job, check)
  closeUnit(state, job, unit, { verdict: 'failed', canonical: undefined }, nowMs, effects)
}

function checkerFor(state: State, job: Job, check: CheckCase, nowMs: number): Provider | undefined {
  const unit = unitOf(job, check)
  const primary = state.providers.get(check.primary)
  const fitness = (provider: Provider) => {
    if (!mayCheck(state, job, unit, check, provider, nowMs)) return 0
    const isAnchor = state.anchors.has(provider.id)
    if (check.anchorWanted) return isAnchor ? 3 : isOnProbation(state, provider.id) ? 1 : 2
    // The reference worker is slow: it comes last.
    if (provider.dutiesOnly) return 1
    return primary?.network === undefined || primary.network !== provider.network ? 3 : 2
  }
  const preferred = state.providers.get(check.preferred ?? '0x')
  if (preferred && fitness(preferred) > 0) return preferred
  const seed = seedOf(state, check)
  const anchor = check.anchorWanted ? choose(state, [...state.anchors], seed, fitness) : undefined
  return anchor ?? choose(state, state.roster, seed, fitness)
}

function mayCheck(
  state: State,
  job: Job,
  unit: OpenUnit,
  check: CheckCase,
  provider: Provider,
  nowMs: number,
): boolean {
  const { id, dutiesOnly, coolDownUntilMs } = provider
  if (unit.barred.has(id) || unit.unable.has(id) || job.unable.has(id) || check.barred.has(id)) return false
  if (nowMs < coolDownUntilMs || check.words.some((word) => word.provider === id)) return false
  return dutiesOnly ? state.anchors.has(id) : matchesJob(job, provider, nowMs)
}

function seedOf(state: State, { seed, attempts, words }: CheckCase): number {
  return (seed + newestNumber(state) + spread(attempts + words.length)) >>> 0
}

/** The assignment of a check to whom it was given, and the bytes that are to be judged. */
export function checkAssignment(job: Job, check: CheckCase, provider: ProviderId, nowMs: number) {
  const { number, unit } = check
  const id = `${job.terms.id.slice(2, 10)}/${unit}/${firstErrandAttempt + job.assignmentCount}`
  check.attempts += 1
  check.asked = { provider, sinceMs: nowMs, assignment: id }
  const terms = {
    id,
    job: job.terms.id,
    unit,
    provider,
    leasedAtMs: nowMs,
    payWei: checkPayWei(job),
    errand: { kind: 'check', number } as const,
  }
  return { terms, task: { kind: 'check' } as const, payload: check.planted ?? resultOf(job, check).result }
}

/** The result that a case is about. */
export function resultOf(job: Job, check: CheckCase): RevealedAssignment {
  const vote = unitOf(job, check).assignments.get(check.result)
  assert(vote?.state === 'revealed', 'a case is about a revealed result')
  return vote
}

export function unitOf(job: Job, check: CheckCase): OpenUnit {
  const unit = job.open.get(check.unit)
  assert(unit, 'a case is about an open unit')
  return unit
}
