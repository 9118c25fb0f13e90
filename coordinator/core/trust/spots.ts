import type { AssignmentId, ProviderId } from '#protocol/ids.ts'

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
