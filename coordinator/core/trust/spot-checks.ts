import { firstErrandAttempt } from '#protocol/ids.ts'
import {
  decodeSpots,
  spotAgrees,
  spotsPerBundleMaxOf,
  type SpotVerdict,
  type WrittenSpot,
} from '#protocol/spot-results.ts'
import type { Effect } from '../effects.ts'
import { countRefusal, payResult, sendAccount } from '../ledger.ts'
import { matchesJob } from '../market/bid.ts'
import type { AssignmentRow } from '../records.ts'
import type { Job, Provider, State } from '../state.ts'
import type { Assignment, OpenUnit } from '../unit-state.ts'
import { endAssignment, votesOf, type RevealedAssignment } from '../units.ts'
import { endWith } from '../endings.ts'
import { spotPayWei } from './budget.ts'
import { chanceOf, newestNumber, spread } from './chance.ts'
import { choose } from './designation.ts'
import { wantSecondVote } from './draws.ts'
import { creditCheck, takeProvisionally } from './provisional.ts'
import type { Bundle, Spot } from './spots.ts'

/**
 * Spot checks: parts of many units, re-run together by one provider that the beacon chooses.
 *
 *     drawn ─▶ waiting ─ enough, or old enough ─▶ bundle ─ leased, committed, revealed ─┬─ agrees ─▶ the unit may pass
 *                 ▲                                  │                                  └─ differs ─▶ the unit is disputed
 *                 └────────── vanished, handed back ─┘
 */

/** Gives waiting spots to checkers, in full bundles, or in smaller ones once the oldest has waited long enough. */
export function sendSpots(state: State, nowMs: number): void {
  for (const job of state.jobs.values())
    while (isDue(job, state.durations.spotWaitMs, nowMs)) if (!makeBundle(state, job, nowMs)) break
}

function isDue(job: Job, spotWaitMs: number, nowMs: number): boolean {
  const { waiting } = job.spots
  const [oldest] = waiting
  return oldest !== undefined && (nowMs - oldest.sinceMs >= spotWaitMs || waiting.length >= bundleMaxOf(job))
}

/** A bundle must fit into a message. */
function bundleMaxOf(job: Job): number {
  return spotsPerBundleMaxOf(resultBytesOf(job, 0))
}

function resultBytesOf(job: Job, unit: number): number {
  return job.terms.resultPartsOf(unit).reduce((sum, { bytes }) => sum + bytes, 0)
}

function makeBundle(state: State, job: Job, nowMs: number): boolean {
  const { spots } = job
  const seed = newestNumber(state, 1) + spots.nextBundle
  const fitness = (provider: Provider) => fitnessOf(state, job, provider, nowMs)
  const wantsAnchor = chanceOf(spread(seed)) < state.policy.anchorShare
  const anchor = wantsAnchor ? choose(state, [...state.anchors], seed, fitness) : undefined
  const checker = anchor ?? choose(state, state.roster, seed, fitness)
  if (!checker) return false
  const taken = takeFor(state, job, checker, nowMs)
  const number = spots.nextBundle
  spots.nextBundle += 1
  spots.bundles.set(number, {
    number,
    spots: taken,
    checker: checker.id,
    designatedAtMs: nowMs,
    assignment: undefined,
  })
  checker.duties.push({ kind: 'spots', job: job.terms.id, bundle: number })
  state.market.roomy.add(checker.id)
  return true
}

/** Takes the oldest spots that a checker may re-run: one of each unit, so that no single checker can wave a unit through. */
function takeFor(state: State, job: Job, checker: Provider, nowMs: number): Spot[] {
  const spotsMax = bundleMaxOf(job)
  const taken: Spot[] = []
  job.spots.waiting = job.spots.waiting.filter((spot) => {
    if (taken.length >= spotsMax || !mayCheck(state, job, spot, checker, nowMs)) return true
    taken.push(spot)
    const draw = job.open.get(spot.unit)?.draw
    if (draw?.kind === 'spots') draw.checkers.add(checker.id)
    return false
  })
  return taken
}

/** Nobody checks its own, nor two spots of one unit, unless there has been nobody else for long. */
function mayCheck(state: State, job: Job, spot: Spot, checker: Provider, nowMs: number): boolean {
  if (spot.primary === checker.id) return false
  const draw = job.open.get(spot.unit)?.draw
  if (draw?.kind !== 'spots' || !draw.checkers.has(checker.id)) return true
  return nowMs - spot.sinceMs >= loneCheckerWaits * state.durations.spotWaitMs
}

const loneCheckerWaits = 4

function fitnessOf(state: State, job: Job, provider: Provider, nowMs: number): number {
  if (provider.dutiesOnly || job.unable.has(provider.id) || nowMs < provider.coolDownUntilMs) return 0
  if (!job.spots.waiting.some((spot) => mayCheck(state, job, spot, provider, nowMs))) return 0
  return matchesJob(job, provider, nowMs) ? 3 : 0
}

/** The spots of a bundle wait for another checker. */
export function dissolveBundle(job: Job, bundle: Bundle): void {
  job.spots.bundles.delete(bundle.number)
  job.spots.waiting.unshift(...bundle.spots)
}

/** Ends a bundle's assignment without a result. */
export function dropBundle(
  state: State,
  job: Job,
  assignment: Assignment,
  end: Pick<AssignmentRow, 'state' | 'reason'>,
  effects: Effect[],
): void {
  endAssignment(state, undefined, assignment, end, effects)
  const bundle = job.spots.bundles.get(assignment.errand?.number ?? -1)
  if (bundle) dissolveBundle(job, bundle)
}

/** Gives a bundle to its checker. */
export function bundleAssignment(job: Job, bundle: Bundle, nowMs: number) {
  const [first] = bundle.spots
  const unit = first?.unit ?? 0
  // The count of assignments outlives a restart, so that no two share an id.
  const id = `${job.terms.id.slice(2, 10)}/${unit}/${firstErrandAttempt + job.assignmentCount}`
  const payWei = spotPayWei(job) * BigInt(bundle.spots.length)
  bundle.assignment = id
  return {
    id,
    job: job.terms.id,
    unit,
    provider: bundle.checker,
    leasedAtMs: nowMs,
    payWei,
    errand: { kind: 'spots', number: bundle.number } as const,
  }
}

/** A bundle's result is here (undefined: not what was committed to). Each of its spots is compared with its unit's result. */
export function takeSpots(
  state: State,
  job: Job,
  assignment: Assignment,
  result: Uint8Array | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  const bundle = job.spots.bundles.get(assignment.errand?.number ?? -1)
  if (!bundle) return
  const unitBytes = bundle.spots.map(({ unit }) => resultBytesOf(job, unit))
  const runs = result && decodeSpots(result, unitBytes)
  if (!runs) {
    const reason = result ? 'malformed' : 'commitmentMismatch'
    // It would only send the like again.
    job.unable.add(bundle.checker)
    countRefusal(state, job, assignment.provider)
    endWith(state, undefined, assignment, 'refused', reason, effects)
    dissolveBundle(job, bundle)
    return
  }
  job.spots.bundles.delete(bundle.number)
  const verdicts = bundle.spots.map((spot, place) => compare(state, job, spot, runs[place], nowMs, effects))
  const agreeing = verdicts.filter((verdict) => verdict === 'agrees').length
  const disagreeing = bundle.spots.filter((_, place) => verdicts[place] === 'disagrees')
  // Spots that have become pointless are work done all the same, where the others show that it was.
  const isWork = agreeing > 0 && !verdicts.some((verdict) => verdict === 'disagrees' || verdict === 'empty')
  payBundle(state, job, assignment, isWork ? bundle.spots.length : agreeing, nowMs, effects)
  const outcome = agreeing > 0 ? 'accepted' : disagreeing.length > 0 ? 'refused' : 'cancelled'
  const reason = outcome === 'refused' ? 'resultDisagrees' : undefined
  if (outcome === 'refused') countRefusal(state, job, assignment.provider)
  endWith(state, undefined, assignment, outcome, reason, effects)
  for (const spot of disagreeing) dispute(state, job, spot, assignment, nowMs, effects)
  sendAccount(state, assignment.provider, effects)
}

/** Compares one spot; if it agrees and was the last of its unit, the unit passes. Its unit may have been decided without it. */
function compare(
  state: State,
  job: Job,
  spot: Spot,
  runs: WrittenSpot | undefined,
  nowMs: number,
  effects: Effect[],
): SpotVerdict | 'pointless' {
  job.spots.outstanding -= 1
  const unit = job.open.get(spot.unit)
  const first = unit && firstResultOf(unit, spot)
  if (!unit || !first || (unit.draw.kind !== 'spots' && unit.accusers.length === 0)) return 'pointless'
  const verdict = runs ? spotAgrees(runs, first.result, job.terms.resultPartsOf(unit.index)) : 'empty'
  if (verdict === 'empty' && unit.draw.kind === 'spots') auditInstead(state, job, unit, spot, nowMs, effects)
  if (verdict !== 'agrees' || unit.draw.kind !== 'spots') return verdict
  unit.draw.left.delete(spot.spot)
  creditCheck(state, job, first.provider, spotPayWei(job), nowMs, effects)
  if (unit.draw.left.size === 0) takeProvisionally(state, job, unit, first, nowMs, effects)
  return 'agrees'
}

/** A spot in which nothing was written says nothing, and is not paid: the whole unit is audited. */
function auditInstead(
  state: State,
  job: Job,
  unit: OpenUnit,
  spot: Spot,
  nowMs: number,
  effects: Effect[],
): void {
  unit.draw = { kind: 'audit' }
  wantSecondVote(state, job, unit, spot.spot, nowMs, effects)
}

function firstResultOf(unit: OpenUnit, { primary }: Spot): RevealedAssignment | undefined {
  return votesOf(unit).find((vote) => vote.provider === primary)
}

function payBundle(
  state: State,
  job: Job,
  { id, unit, provider }: Assignment,
  spots: number,
  nowMs: number,
  effects: Effect[],
): void {
  if (spots === 0) return
  const amountWei = spotPayWei(job) * BigInt(spots)
  payResult(state, job, { assignment: id, unit, provider, amountWei }, nowMs, effects)
  creditCheck(state, job, provider, amountWei, nowMs, effects)
}

/** A spot differs: the whole unit is run by an anchor, or by others, and whoever is found wrong is convicted. */
function dispute(
  state: State,
  job: Job,
  spot: Spot,
  assignment: Assignment,
  nowMs: number,
  effects: Effect[],
): void {
  const unit = job.open.get(spot.unit)
  if (!unit) return
  const { id, provider } = assignment
  unit.accusers.push({ provider, assignment: id, payWei: spotPayWei(job), primary: spot.primary })
  // Neither side may settle its own case, but for an anchor.
  if (!state.anchors.has(provider)) unit.barred.add(provider)
  if (unit.draw.kind !== 'spots') return
  unit.draw = { kind: 'audit' }
  unit.disputed = true
  job.disputeCount += 1
  unit.anchorWanted = true
  wantSecondVote(state, job, unit, spot.spot, nowMs, effects)
}
