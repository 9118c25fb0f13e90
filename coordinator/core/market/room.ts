import type { Job, Provider, State } from '../state.ts'
import { isStalled } from '../trust/contests.ts'
import { heldMaxOf } from '../trust/standings.ts'
import { isAudited } from '../units.ts'

/** Whether a provider may be given more units of the job now. */
export function hasRoomFor(state: State, job: Job, provider: Provider, nowMs: number): boolean {
  if (nowMs < provider.coolDownUntilMs || provider.held.size >= roomOf(state, job, provider)) return false
  return !isAudited(job) || !isStalled(state, provider.id)
}

/** How many units it may hold to get one of the job: few, where little is known of it and nobody else computes them. */
export function roomOf(state: State, job: Job, provider: Provider): number {
  return isAudited(job) ? Math.min(provider.capacity, heldMaxOf(state, provider.id)) : provider.capacity
}
