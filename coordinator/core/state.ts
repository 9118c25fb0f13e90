import type { UnitCondition } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, ContentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { JobPlan, ResultPart } from '#protocol/job-plan.ts'

/** Names one connection; minted by the edge, never used twice. */
export type SessionId = string

/** Durations the core decides by. All in milliseconds. */
export interface Durations {
  /** From the hand-out of a unit to its commitment. */
  readonly leaseMs: number
  /** From the receipt to the reveal. */
  readonly revealMs: number
  /** A provider not heard for this long has vanished: under five seconds, so that its units move on in time. */
  readonly silenceMsMax: number
  /** A provider that may have vanished has this long to be heard again; more than a heartbeat's interval. */
  readonly suspicionMs: number
  /** The span one root settles. */
  readonly epochMs: number
  /** How long a provider that could not run a unit gets no other. */
  readonly coolDownMs: number
  /** Pause before a failed transaction is tried again. */
  readonly chainRetryMs: number
}

export const defaultDurations: Durations = {
  leaseMs: 120_000,
  revealMs: 30_000,
  silenceMsMax: 3_500,
  suspicionMs: 1_200,
  epochMs: 10_000,
  coolDownMs: 5_000,
  chainRetryMs: 3_000,
}

/** What identifies a job, as its requester fixed it. */
export interface JobTerms {
  readonly id: JobId
  readonly spec: ContentId
  readonly salt: Hex
  readonly name: string
  readonly requester: Hex
  readonly plan: JobPlan
  /** What a unit's result consists of, by unit index. */
  readonly resultPartsOf: (unit: number) => readonly ResultPart[]
}

export type JobPhase = 'awaitingFunds' | 'running' | 'finished' | 'settled'

export interface Job {
  readonly terms: JobTerms
  phase: JobPhase
  fundedWei: bigint
  /** Unit price × accepted units. */
  chargedWei: bigint
  /** The part of chargedWei that a posted epoch has taken from the escrow. */
  settledChargeWei: bigint
  refundedWei: bigint
  readonly createdAtMs: number
  startedAtMs: number | undefined
  finishedAtMs: number | undefined
  /** The condition of every unit, as an index into `conditions`. */
  readonly unitConditions: Uint8Array
  readonly counts: Record<UnitCondition, number>
  /** Units with an assignment or a result and no verdict. */
  readonly open: Map<number, OpenUnit>
  /** Open units that need another assignment now, oldest first. */
  readonly wanting: Set<number>
  /** Units below this index have been handed out at least once. */
  nextFresh: number
  assignmentCount: number
  refusedCount: number
  disputeCount: number
  /** Sums over accepted units, for the mean times shown to the requester. */
  readonly timesMs: { queue: number; run: number; verify: number }
  readonly shares: Map<ProviderId, ProviderShare>
  /** Providers whose device lacks what the job needs, or on which its kernel hung: they get none of its units. */
  readonly unable: Set<ProviderId>
}

/** What one provider did for one job. */
export interface ProviderShare {
  accepted: number
  refused: number
  earnedWei: bigint
}

export const conditions = [
  'queued',
  'leased',
  'committed',
  'disputed',
  'accepted',
  'failed',
] as const satisfies readonly UnitCondition[]

export interface OpenUnit {
  readonly index: number
  /** Assignments ever made for this unit; numbers the next one. */
  attempts: number
  readonly assignments: Map<AssignmentId, Assignment>
  /** Providers that must not get this unit now: they hold it, or have voted. */
  readonly barred: Set<ProviderId>
  /** Providers on which its kernel failed: they never get it again. */
  readonly unable: Set<ProviderId>
  /** How often its kernel did not end on a provider's GPU. */
  hangs: number
  /** Votes that must still come before a quorum is possible, by the votes there are. */
  missing: number
  disputed: boolean
  firstLeasedAtMs: number | undefined
  firstCommittedAtMs: number | undefined
}

/**
 * One attempt at a unit.
 *
 *     leased ─commit─▶ committed ─reveal─▶ revealed ─verdict─▶ accepted | refused (then dropped from memory)
 *        │                 │
 *        └── deadline, vanished tab ──▶ expired ─late commit or reveal─▶ committed | revealed
 *
 * handed back, cancelled: dropped at once.
 */
export type Assignment = AssignmentTerms &
  (
    | { readonly state: 'leased'; readonly deadlineMs: number }
    | { readonly state: 'committed'; readonly commitment: Hex; readonly deadlineMs: number }
    | { readonly state: 'expired'; readonly commitment: Hex | undefined }
    | {
        readonly state: 'revealed'
        readonly commitment: Hex
        readonly result: Uint8Array
        readonly resultDigest: Hex
      }
  )

export interface AssignmentTerms {
  readonly id: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  readonly leasedAtMs: number
}

/** A provider with an open connection. */
export interface Provider {
  readonly id: ProviderId
  readonly session: SessionId
  /** How many units it wants to hold. */
  capacity: number
  lastHeardMs: number
  coolDownUntilMs: number
  /** Its assignments in the state `leased`. */
  readonly held: Set<AssignmentId>
}

/** What a provider has earned and got, over all jobs. Always claimedWei ≤ settledWei ≤ earnedWei. */
export interface Account {
  accepted: number
  refused: number
  earnedWei: bigint
  /** In the last posted root. */
  settledWei: bigint
  claimedWei: bigint
}

/** An epoch's contents, fixed before the transaction is sent, so that a repeat sends the very same. */
export interface Epoch {
  readonly number: number
  readonly earnings: readonly { readonly provider: ProviderId; readonly cumulativeWei: bigint }[]
  readonly charges: readonly { readonly job: JobId; readonly cumulativeWei: bigint }[]
  readonly closedJobs: readonly JobId[]
}

/** One thing at a time goes to the chain. */
export type ChainWork =
  | { readonly kind: 'none'; readonly notBeforeMs: number }
  | { readonly kind: 'postingEpoch'; readonly epoch: Epoch; readonly retryAtMs: number | undefined }
  | { readonly kind: 'pushingClaims'; readonly retryAtMs: number | undefined }

export interface State {
  readonly durations: Durations
  readonly jobs: Map<JobId, Job>
  readonly providers: Map<ProviderId, Provider>
  readonly sessions: Map<SessionId, ProviderId>
  /** Every assignment of every open unit. */
  readonly assignments: Map<AssignmentId, Assignment>
  readonly accounts: Map<ProviderId, Account>
  epochNumber: number
  /** The last posted epoch, whose tree proves the claims. */
  postedEpoch: Epoch | undefined
  chainWork: ChainWork
}

export function emptyState(durations: Durations = defaultDurations): State {
  return {
    durations,
    jobs: new Map(),
    providers: new Map(),
    sessions: new Map(),
    assignments: new Map(),
    accounts: new Map(),
    epochNumber: 0,
    postedEpoch: undefined,
    chainWork: { kind: 'none', notBeforeMs: 0 },
  }
}
