import type { WaitingReason, WaitingView } from '#protocol/waiting.ts'
import type { Job, State } from '../state.ts'
import { liveCountOf } from '../units.ts'
import { mismatchesWith } from './bid.ts'
import { FailingTally, failingViewOf } from './failing.ts'
import { forecastMs } from './forecast.ts'
import { hasRoomFor } from './room.ts'
import { suggestionsFor } from './suggestions.ts'

/**
 * Why nothing of a job is computed now, and who could compute it; undefined while something is, and once all is decided.
 * It asks the conditions that the scheduler decides by. Walks the providers, and the job's open units.
 */
export function whyWaiting(state: State, job: Job, nowMs: number): WaitingView | undefined {
  const impediment = impedimentOf(state, job)
  if (impediment === undefined) return undefined
  const market = marketFor(state, job, nowMs)
  const reason = impediment === 'providers' ? lackOf(market) : impediment
  return { reason, ...market }
}

/** How the job stands with those who are online, whatever keeps it waiting. */
export function marketFor(state: State, job: Job, nowMs: number): Omit<WaitingView, 'reason'> {
  const tally = new FailingTally()
  let [providersOnline, matching, free] = [0, 0, 0]
  for (const provider of state.providers.values()) {
    if (provider.dutiesOnly) continue
    providersOnline += 1
    const mismatches = mismatchesWith(job, provider, nowMs)
    if (mismatches.length > 0) tally.add(mismatches, forecastMs(job, provider))
    else {
      matching += 1
      if (hasRoomFor(state, job, provider, nowMs)) free += 1
    }
  }
  const { groups } = tally
  const { quorum } = job.terms.plan
  return {
    providersOnline,
    matching,
    free,
    // A unit that is computed once still takes a second provider, to check it.
    needed: Math.max(2, quorum),
    failing: groups.map((group) => failingViewOf(group, nowMs)),
    suggestions: suggestionsFor(groups, { matching, quorum, nowMs }),
  }
}

function lackOf({ providersOnline, matching, needed }: Omit<WaitingView, 'reason'>): WaitingReason {
  if (providersOnline === 0) return 'noProviders'
  if (matching === 0) return 'nobodyMatches'
  return matching < needed ? 'tooFewMatch' : 'allBusy'
}

/** What it waits for; `providers`: somebody to take a unit. Undefined: for nothing. */
function impedimentOf(state: State, job: Job): WaitingReason | 'providers' | undefined {
  if (job.phase === 'awaitingFunds') return 'awaitingFunds'
  if (job.phase !== 'running') return undefined
  if (job.control === 'paused') return 'paused'
  if (isComputing(job)) return undefined
  const hasFresh = job.control === 'none' && job.nextFresh < job.terms.plan.unitCount
  if (hasFresh || job.wanting.size > 0) return 'providers'
  return impedimentOfChecks(state, job)
}

/** Whether somebody holds a lease of one of its units; one that has a vote already does not show it in its condition. */
function isComputing(job: Job): boolean {
  if (job.counts.leased > 0) return true
  for (const { assignments } of job.open.values())
    for (const { state } of assignments.values()) if (state === 'leased') return true
  return false
}

/** All is computed once; what keeps the checks? */
function impedimentOfChecks(state: State, job: Job): WaitingReason | 'providers' | undefined {
  for (const [unit, { terms }] of state.undesignated)
    if (terms.id === job.terms.id) return unit.anchorWanted ? 'anchor' : 'providers'
  let isMoving = false
  let awaitsBeacon = false
  for (const unit of job.open.values()) {
    const live = liveCountOf(unit)
    if (live > 0) isMoving = true
    else if (unit.directed && unit.missing > 0) return 'providers'
    if (unit.draw.kind === 'waiting') awaitsBeacon = true
  }
  if (isMoving) return undefined
  return awaitsBeacon ? 'beacon' : 'checks'
}
