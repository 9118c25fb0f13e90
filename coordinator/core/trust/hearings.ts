import type { ProviderId } from '#protocol/ids.ts'
import type { Job, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { endContest } from './contests.ts'
import { queueSpots } from './spot-queue.ts'
import type { Accusation } from './spots.ts'

/** Where an accusation that still stands belongs; undefined once its unit is decided or has begun anew. */
export function placeOfAccusation(
  state: State,
  { job: id, spot }: Accusation,
  accuser: ProviderId,
): { job: Job; unit: OpenUnit } | undefined {
  const job = state.jobs.get(id)
  const unit = job?.open.get(spot.unit)
  const stands = unit?.accusers.some((one) => one.provider === accuser && one.spot === spot.spot)
  return job && unit && stands ? { job, unit } : undefined
}

/** Who was wrong once is not heard on the rest: those spots are re-run by others. */
export function voidAccusations(state: State, provider: ProviderId, nowMs: number): void {
  const hearing = state.hearings.get(provider)
  state.hearings.delete(provider)
  for (const accusation of hearing?.waiting ?? []) {
    const place = placeOfAccusation(state, accusation, provider)
    if (place?.unit.draw.kind !== 'spots') continue
    const { job, unit } = place
    const { primary, spot } = accusation.spot
    const index = unit.accusers.findIndex((one) => one.provider === provider && one.spot === spot)
    // The spot is as it was before it was re-run: drawn, and neither paid nor void.
    for (const { spotCount } of unit.accusers.splice(index, 1)) job.spots.outstanding -= spotCount
    if (unit.accusers.length === 0) endContest(state, unit)
    queueSpots(job, unit, primary, [spot], nowMs)
  }
}
