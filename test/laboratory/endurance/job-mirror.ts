import type { Job } from '#coordinator/core/state.ts'
import { conditions } from '#coordinator/core/unit-state.ts'

const provisionalIndex = conditions.indexOf('provisional')

/** What a job must look like, by all that was said about it. */
export interface JobMirror {
  chargedWei: bigint
  readonly conditions: Uint8Array
  readonly counts: number[]
  /** Units that are provisional and open: 1. */
  readonly openProvisional: Uint8Array
  openProvisionals: number
}

/** A job as it is now. */
export function mirrorOf(job: Job): JobMirror {
  const unitCount = job.unitConditions.length
  const mirror: JobMirror = {
    chargedWei: job.chargedWei,
    // As of a job whose units are all queued, to which all that it differs by is noted.
    conditions: new Uint8Array(unitCount),
    counts: conditions.map((_, index) => (index === 0 ? unitCount : 0)),
    openProvisional: new Uint8Array(unitCount),
    openProvisionals: 0,
  }
  for (let unit = 0; unit < unitCount; unit += 1) noteUnit(mirror, job, unit)
  return mirror
}

/** A unit may be in another condition now. */
export function noteUnit(mirror: JobMirror, job: Job, unit: number): void {
  const condition = job.unitConditions[unit] ?? 0
  const before = mirror.conditions[unit] ?? 0
  mirror.conditions[unit] = condition
  mirror.counts[before] = (mirror.counts[before] ?? 0) - 1
  mirror.counts[condition] = (mirror.counts[condition] ?? 0) + 1
  const isOpenProvisional = condition === provisionalIndex && job.open.has(unit) ? 1 : 0
  mirror.openProvisionals += isOpenProvisional - (mirror.openProvisional[unit] ?? 0)
  mirror.openProvisional[unit] = isOpenProvisional
}
