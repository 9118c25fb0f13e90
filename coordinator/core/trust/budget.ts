import type { Job, State } from '../state.ts'
import { spotsPerUnit } from '#protocol/spots-per-unit.ts'

/** What one spot earns. */
export function spotPayWei(job: Job): bigint {
  return job.terms.plan.unitPayWei / BigInt(spotsPerUnit)
}

/**
 * Whether the job's funds bear another unit's spots and still every undecided unit twice: once computed, once audited.
 * Without this, spots of units that are recalled and run again could use up what later units are owed.
 */
export function canPaySpots({ policy }: State, job: Job): boolean {
  const { unitPayWei, unitCount } = job.terms.plan
  const { accepted, failed, cancelled } = job.counts
  const undecided = unitCount - accepted - failed - cancelled
  const spots = job.spots.outstanding + policy.spotsDrawn
  return (
    job.fundedWei - job.chargedWei >= 2n * unitPayWei * BigInt(undecided) + spotPayWei(job) * BigInt(spots)
  )
}
