/** How much is checked before a result counts. The figures come from the simulator (`npm run bench -- trust`). */
export interface Policy {
  /** Chance that a unit is computed a second time, for a kernel that can be checked by spots, and for one that cannot. */
  readonly auditRate: number
  readonly auditRateUnspotted: number
  /** Spots re-run of each unit that is not audited, each one of 64 equal parts. */
  readonly spotsDrawn: number
  /** Share of audits that go to an anchor where one is connected. */
  readonly anchorShare: number
  /** Units of a new identity that are all audited. */
  readonly probationUnits: number
  /** Units a new identity may hold at once; doubled after each `probationUnits` checks passed. */
  readonly probationCapacity: number
  /** Checks, counted in units of the pending one's price, that a provider must pass before a pending unit is earned. */
  readonly checksToEarn: number
  /** The most that checks paid by one requester count towards earning the units of another. */
  readonly requesterShareMax: number
  /** How long a round of the beacon lasts. */
  readonly beaconRoundMs: number
  /** Rounds from the one in which a result is revealed to the one that decides about it. */
  readonly drawDelayRounds: number
  /** A first miss in which no more than this share of a result is wrong may be a flaky GPU. */
  readonly isolatedMissShare: number
  /** A second miss within so many units is no accident. */
  readonly missWindowUnits: number
  /** Share of verify-kernel runs that are given a result known to be wrong. */
  readonly plantedShare: number
}

export const defaultPolicy: Policy = {
  auditRate: 0.03,
  auditRateUnspotted: 0.08,
  spotsDrawn: 2,
  anchorShare: 0.25,
  probationUnits: 20,
  probationCapacity: 2,
  checksToEarn: 74,
  requesterShareMax: 0.25,
  beaconRoundMs: 1_000,
  drawDelayRounds: 2,
  isolatedMissShare: 0.02,
  missWindowUnits: 1_000,
  plantedShare: 0.01,
}
