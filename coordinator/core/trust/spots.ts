import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'

/** A part of a unit that waits to be re-run. */
export interface Spot {
  readonly unit: number
  readonly spot: number
  /** Whose result it checks. */
  readonly primary: ProviderId
  readonly sinceMs: number
}

/** Spots that one provider re-runs together, paid as much as they are of a unit. */
export interface Bundle {
  readonly number: number
  readonly spots: readonly Spot[]
  readonly checker: ProviderId
  readonly designatedAtMs: number
  assignment: AssignmentId | undefined
}

/** The spots of one job. */
export interface SpotDesk {
  waiting: Spot[]
  readonly bundles: Map<number, Bundle>
  nextBundle: number
  /** Spots drawn that are not yet paid. */
  outstanding: number
}

export function newSpotDesk(): SpotDesk {
  return { waiting: [], bundles: new Map(), nextBundle: 0, outstanding: 0 }
}

/** A spot that disagreed with its unit's result, and whose dispute begins later. */
export interface Accusation {
  readonly job: JobId
  readonly spot: Spot
}

/**
 * What one spot checker accuses others of. Its cases are heard one at a time: each costs a whole unit's computation, so
 * that one liar could otherwise begin as many as its bundle has spots.
 */
export interface Hearing {
  /** The dispute that is under way. */
  open: Accusation | undefined
  waiting: Accusation[]
}
