import type { JobAction } from '#protocol/api.ts'
import type { JobId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Effect } from './effects.ts'
import { finishIfDecided, persistJob } from './jobs.ts'
import type { Job, State } from './state.ts'
import { setCondition } from './units.ts'
import { reconsider } from './verdicts.ts'

/**
 * What a requester may still change about a job.
 *
 * - paused: nothing is handed out; what is being computed goes on, and counts.
 * - resumed: as before.
 * - cancelled, for good: what has no commitment is not computed any more. What was committed in time is verified and paid
 *   like any other, and then the job ends and gives back the rest.
 */

/** Why the action cannot be taken any more; undefined where it can, or has been already. */
export function controlFault(job: Job, action: JobAction): Refusal | undefined {
  if (job.control === 'cancelled')
    return action === 'cancel'
      ? undefined
      : new Refusal('wrongState', 'The job was cancelled, which cannot be undone.', {
          next: 'Submit it again with another nonce.',
        })
  if (job.phase === 'finished' || job.phase === 'settled')
    return new Refusal('wrongState', 'The job has ended: there is nothing left to control.')
  return undefined
}

/** Obeys a job's requester. Saying the same again, or too late, changes nothing. */
export function controlJob(
  state: State,
  id: JobId,
  action: JobAction,
  nowMs: number,
  effects: Effect[],
): void {
  const job = state.jobs.get(id)
  if (!job || controlFault(job, action)) return
  const control = ({ pause: 'paused', resume: 'none', cancel: 'cancelled' } as const)[action]
  if (job.control === control) return
  job.control = control
  persistJob(job, effects)
  // Checks that have waited come before other work.
  if (control === 'none') state.market.changed = true
  if (control === 'cancelled') cancel(state, job, nowMs, effects)
}

function cancel(state: State, job: Job, nowMs: number, effects: Effect[]): void {
  // No row for each: whatever was never handed out of a cancelled job is cancelled.
  for (; job.nextFresh < job.terms.plan.unitCount; job.nextFresh += 1)
    setCondition(job, job.nextFresh, 'cancelled', effects)
  for (const unit of [...job.open.values()]) reconsider(state, job, unit, nowMs, effects)
  if (job.phase === 'awaitingFunds') endUnfunded(job, nowMs, effects)
  else finishIfDecided(job, nowMs, effects)
}

/** The escrow may not know it at all, so there is nothing to close on the chain. */
function endUnfunded(job: Job, nowMs: number, effects: Effect[]): void {
  job.phase = 'settled'
  job.finishedAtMs = nowMs
  persistJob(job, effects)
}
