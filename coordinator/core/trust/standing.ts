import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'

/** A provisional unit that is not being checked any more: its pay is pending, and it is recalled if its provider cheats. */
export interface PendingUnit {
  readonly job: JobId
  readonly unit: number
  readonly assignment: AssignmentId
  readonly payWei: bigint
  /** How many checks its provider had passed when it became pending. */
  readonly mark: number
  /** Assignments ever made for the unit. */
  readonly attempts: number
  /** Of the assignment, should its result be audited later. */
  readonly leasedAtMs: number
  readonly commitment: Hex
  readonly resultDigest: Hex
}

/** One passed check: who paid for it, and the price of what was checked. */
export interface PassedCheck {
  readonly requester: Hex
  readonly weightWei: bigint
}

/**
 * A provider's pending units of one requester, oldest first, and the checks passed since the oldest became pending.
 * `sums` covers the checks from `from` to `counted`, by who paid for them.
 */
export interface PendingQueue {
  readonly requester: Hex
  units: PendingUnit[]
  /** Units before this place are no longer pending. */
  head: number
  from: number
  counted: number
  readonly sums: Map<Hex, bigint>
  /** The oldest pending unit is not earned before checks of this weight have been passed, or more; 0: not known. */
  missingWei: bigint
}

/** What a provider's checked work says about it. Kept for ever, by identity. */
export interface Standing {
  readonly provider: ProviderId
  /** Audits passed since it was new or was last found wrong, up to the end of probation. */
  probationPassed: number
  /** Checks passed in all. */
  checks: number
  /** The newest of them: place 0 is the check numbered `logFrom`. */
  readonly log: PassedCheck[]
  logFrom: number
  /** Checks before this one no longer count: a miss came after them. */
  checksFrom: number
  /** Results taken in all. */
  units: number
  /** `units` at its last forgiven miss. */
  missedAtUnits: number | undefined
  /** Times it was found to cheat. */
  convictions: number
  /** By requester. */
  readonly pending: Map<Hex, PendingQueue>
  /** When a check or a unit last changed what is pending. */
  lastActiveMs: number
}
