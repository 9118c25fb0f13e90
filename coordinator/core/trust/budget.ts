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
  const { unitPayWei } = job.terms.plan
  const spots = job.spots.outstanding + policy.spotsDrawn
  return (
    job.fundedWei - job.chargedWei >=
    2n * unitPayWei * BigInt(undecidedOf(job)) + spotPayWei(job) * BigInt(spots)
  )
}

/** What running the verify kernel once earns: an eighth of a unit's price. */
export function checkPayWei(job: Job): bigint {
  return job.terms.plan.unitPayWei / 8n
}

/** What a checked job must still hold: the price of every undecided unit, and the checks that are expected. */
export function checksReserveWei(job: Job, more = 0): bigint {
  const { unitPayWei } = job.terms.plan
  return unitPayWei * BigInt(undecidedOf(job)) + checkPayWei(job) * BigInt(job.checks.outstanding + more)
}

/**
 * Whether the job's funds bear so many more checks. What is refused costs its checks alone, so three refused results and
 * their checks cost less than a unit; recalls by the dozen could cost more.
 *
 * @param sparing one check must then be left for each undecided unit, too.
 */
export function canPayChecks(job: Job, count: number, sparing?: 'sparing'): boolean {
  const left = sparing ? undecidedOf(job) : 0
  return job.fundedWei - job.chargedWei >= checksReserveWei(job, count + left)
}

function undecidedOf({ terms, counts: { accepted, failed, cancelled } }: Job): number {
  return terms.plan.unitCount - accepted - failed - cancelled
}
