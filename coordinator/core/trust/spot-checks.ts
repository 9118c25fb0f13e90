import { chanceOf, spread } from '#protocol/draws.ts'
import { firstErrandAttempt } from '#protocol/ids.ts'
import { spotsPerBundleMaxOf } from '#protocol/spot-results.ts'
import type { Effect } from '../effects.ts'
import { matchesJob } from '../market/bid.ts'
import type { AssignmentRow } from '../records.ts'
import type { Job, Provider, State } from '../state.ts'
import type { Assignment } from '../unit-state.ts'
import { endAssignment } from '../units.ts'
import { spotPayWei } from './budget.ts'
import { newestNumber } from './chance.ts'
import { choose } from './designation.ts'
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

export function resultBytesOf(job: Job, unit: number): number {
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
