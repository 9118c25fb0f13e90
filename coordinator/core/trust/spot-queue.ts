import type { ProviderId } from '#protocol/ids.ts'
import type { Job } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'

/** Spots of a unit are to be re-run. */
export function queueSpots(
  job: Job,
  unit: OpenUnit,
  primary: ProviderId,
  spots: readonly number[],
  nowMs: number,
): void {
  for (const spot of spots) job.spots.waiting.push({ unit: unit.index, spot, primary, sinceMs: nowMs })
  job.spots.outstanding += spots.length
}
