import type { UnitCondition } from '#protocol/api.ts'
import type { EpochAttestation } from '#protocol/attestation.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, ContentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { JobPlan, ResultPart } from '#protocol/job-plan.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Offer } from '#protocol/offer.ts'
import { newDeadlines, type Deadlines } from './deadlines.ts'
import { defaultDurations, type Durations } from './durations.ts'
import type { Forecast } from './market/forecast.ts'
import { newMarket, type Market } from './market/market.ts'
import { defaultPolicy, type Policy } from './trust/policy.ts'
import type { Standing } from './trust/standing.ts'
import type { CheckCase, CheckDesk } from './trust/check-desk.ts'
import type { Hearing, SpotDesk } from './trust/spots.ts'
import type { Assignment, Contests, OpenUnit } from './unit-state.ts'
import type { ProviderWallets } from './wallet-state.ts'

/** Names one connection; minted by the edge, never used twice. */
export type SessionId = string

/** What identifies a job, as its requester fixed it. */
export interface JobTerms {
  readonly id: JobId
  readonly spec: ContentId
  readonly salt: Hex
  /** What ties the salt to the spec (`protocol/job-spec.ts`); said once, in the public log, when the job is submitted. */
  readonly nonce?: Hex
  readonly name: string
  readonly requester: Hex
  readonly plan: JobPlan
  readonly needs: Needs
  /** Whether its kernel was seen to give, run in 64 parts, what it gives whole: then units are checked by spots too. */
  readonly spottable: boolean
  /** What a unit's result consists of, by unit index. */
  readonly resultPartsOf: (unit: number) => readonly ResultPart[]
}

export type JobPhase = 'awaitingFunds' | 'running' | 'finished' | 'settled'

export interface Job {
  readonly terms: JobTerms
  phase: JobPhase
  /** Set by its requester: nothing more is handed out while it is paused, and nothing fresh once it is cancelled. */
  control: 'none' | 'paused' | 'cancelled'
  fundedWei: bigint
  /** What its accepted results earn. */
  chargedWei: bigint
  /** The part of chargedWei that a posted epoch has taken from the escrow. */
  settledChargeWei: bigint
  refundedWei: bigint
  readonly createdAtMs: number
  startedAtMs: number | undefined
  finishedAtMs: number | undefined
  /** When a unit of it was last decided, provisionally or for good. */
  quietSinceMs: number
  /** The condition of every unit, as an index into `conditions`. */
  readonly unitConditions: Uint8Array
  readonly counts: Record<UnitCondition, number>
  /** How long its units take. */
  readonly forecast: Forecast
  /** Units with an assignment or a result and no verdict, not even a provisional one. */
  readonly open: Map<number, OpenUnit>
  /** Open units that need another assignment now, oldest first. */
  readonly wanting: Set<number>
  /** Units below this index have been handed out at least once. */
  nextFresh: number
  /** Until then none of its leases lasts suspiciously long; a first look may be due sooner than there is anything to see. */
  noStragglerUntilMs: number
  assignmentCount: number
  refusedCount: number
  disputeCount: number
  /** Sums over units with a result, for the mean times shown to the requester. */
  readonly timesMs: { queue: number; run: number; verify: number }
  /** Units that these sums are of. */
  timedUnits: number
  readonly shares: Map<ProviderId, ProviderShare>
  /** Providers whose device lacks what the job needs, or on which its kernel hung: they get none of its units. */
  readonly unable: Set<ProviderId>
  /** Spots of its units that are to be re-run. */
  readonly spots: SpotDesk
  /** Whether its results are judged by its own verify kernel, and never compared. */
  readonly isChecked: boolean
  /** Results of its units that its verify kernel is to judge. */
  readonly checks: CheckDesk
}

/** What one provider did for one job. */
export interface ProviderShare {
  accepted: number
  refused: number
  earnedWei: bigint
}

/** A provider with an open connection. */
export interface Provider {
  readonly id: ProviderId
  readonly session: SessionId
  /** How many units it wants to hold. */
  capacity: number
  offer: Offer
  /** Coarse name of the network it connects from; audits go to other networks where they can. */
  readonly network: string | undefined
  /** Takes what the beacon assigns to it and no ordinary work: the coordinator's own reference worker. */
  readonly dutiesOnly: boolean
  /** Units the beacon has given it to check: they come before any other work. */
  readonly duties: Duty[]
  /** Jobs whose data it has loaded in this session. */
  readonly cached: Set<JobId>
  lastCommitAtMs: number | undefined
  lastHeardMs: number
  coolDownUntilMs: number
  /** Its assignments in the state `leased`. */
  readonly held: Set<AssignmentId>
}

/** A provisional result that is audited because its provider passes no further checks. */
export interface TailAudit {
  readonly provider: ProviderId
  /** Whether its bytes have come and its unit is open again. */
  isOpen: boolean
}

/** A check that the beacon gave to one provider. */
export type Duty =
  | { readonly kind: 'unit'; readonly job: JobId; readonly unit: number }
  | { readonly kind: 'spots'; readonly job: JobId; readonly bundle: number }
  | { readonly kind: 'check'; readonly job: JobId; readonly number: number }

/**
 * What accrues to an address, over all jobs: a session key's own account or a wallet's. Always claimedWei ≤ settledWei ≤
 * earnedWei. Counts and pending pay stay with who computed; what is earned goes to whom that provider has named.
 */
export interface Account {
  accepted: number
  refused: number
  /** Pay of its units that are provisional and not being checked any more. */
  pendingWei: bigint
  earnedWei: bigint
  /** In the last posted root. */
  settledWei: bigint
  claimedWei: bigint
}

/** An epoch's contents, fixed before the transaction is sent, so that a repeat sends the very same. */
export interface Epoch {
  readonly number: number
  readonly earnings: readonly { readonly provider: ProviderId; readonly cumulativeWei: bigint }[]
  /** In the order of their job ids, as are the closed jobs: auditors hash them. */
  readonly charges: readonly { readonly job: JobId; readonly cumulativeWei: bigint }[]
  readonly closedJobs: readonly JobId[]
  /** What the auditors are asked to sign; missing until its root is known. */
  readonly attestation?: EpochAttestation | undefined
  /** In the order of the auditors' addresses; missing until enough have signed. */
  readonly signatures?: readonly AuditorSignature[] | undefined
}

export interface AuditorSignature {
  readonly auditor: Hex
  /** r, s, and 27 or 28. */
  readonly signature: Hex
}

export type PreparedEpoch = Epoch & { readonly attestation: EpochAttestation }
export type AttestedEpoch = PreparedEpoch & { readonly signatures: readonly AuditorSignature[] }

/** One thing at a time goes to the chain. What failed is tried again at `retryAtMs`. */
export type ChainWork =
  | { readonly kind: 'none'; readonly notBeforeMs: number }
  | { readonly kind: 'preparing'; readonly epoch: Epoch; readonly retryAtMs: number | undefined }
  | { readonly kind: 'attesting'; readonly epoch: PreparedEpoch; readonly retryAtMs: number | undefined }
  | { readonly kind: 'proposing'; readonly epoch: AttestedEpoch; readonly retryAtMs: number | undefined }
  /** It is proposed, and its auditors can still veto it. */
  | { readonly kind: 'activating'; readonly epoch: AttestedEpoch; readonly retryAtMs: number | undefined }
  | { readonly kind: 'pushingClaims'; readonly retryAtMs: number | undefined }

/** The public beacon: what is known of its rounds. */
export interface Beacon {
  /** The newest round that was published; 0 before the first. */
  latestRound: number
  latestValue: Hex | undefined
  /** First results that wait for a round, by round, in the order of their reveals. */
  readonly waiting: Map<number, AssignmentId[]>
}

export interface State {
  readonly durations: Durations
  readonly policy: Policy
  /** Whether claims are sent for those who are paid, or left to them. */
  readonly pushesClaims: boolean
  readonly jobs: Map<JobId, Job>
  readonly providers: Map<ProviderId, Provider>
  /** The connected providers in a list, so that a number from the beacon can name one. */
  readonly roster: ProviderId[]
  readonly sessions: Map<SessionId, ProviderId>
  /** Every assignment of every open unit. */
  readonly assignments: Map<AssignmentId, Assignment>
  /** When leases and times to reveal end. */
  readonly deadlines: Deadlines
  readonly accounts: Map<ProviderId, Account>
  /** Of providers that have linked a wallet at least once. */
  readonly wallets: Map<ProviderId, ProviderWallets>
  /** By wallet, the providers whose pay goes there now. */
  readonly linkedTo: Map<Hex, Set<ProviderId>>
  /** Providers whose change of wallet waits. */
  readonly relinks: Set<ProviderId>
  readonly standings: Map<ProviderId, Standing>
  /** Providers whose word settles disputes, by the operator's configuration. */
  readonly anchors: Set<ProviderId>
  readonly beacon: Beacon
  /** Providers with pending units. */
  readonly withPending: Set<ProviderId>
  /** Provisional results that were asked for, to be audited for their own sake. */
  readonly tails: Map<AssignmentId, TailAudit>
  readonly market: Market
  /** Open units that are directed, to nobody yet for lack of an eligible provider; with their jobs. */
  readonly undesignated: Map<OpenUnit, Job>
  readonly contests: Contests
  /** What each spot checker accuses others of, one case after the other. */
  readonly hearings: Map<ProviderId, Hearing>
  /** Checks that nobody eligible is connected for; with their jobs. */
  readonly unasked: Map<CheckCase, Job>
  /** The highest number that an epoch has had: each number is attested once, whatever became of it. */
  epochNumber: number
  /** The last posted epoch, whose tree proves the claims. */
  postedEpoch: Epoch | undefined
  chainWork: ChainWork
}

export function emptyState(
  durations: Durations = defaultDurations,
  policy: Policy = defaultPolicy,
  anchors: Iterable<ProviderId> = [],
  pushesClaims = true,
): State {
  return {
    durations,
    policy,
    pushesClaims,
    jobs: new Map(),
    providers: new Map(),
    roster: [],
    sessions: new Map(),
    assignments: new Map(),
    deadlines: newDeadlines(),
    accounts: new Map(),
    wallets: new Map(),
    linkedTo: new Map(),
    relinks: new Set(),
    standings: new Map(),
    anchors: new Set(anchors),
    beacon: { latestRound: 0, latestValue: undefined, waiting: new Map() },
    withPending: new Set(),
    tails: new Map(),
    market: newMarket(),
    undesignated: new Map(),
    contests: { units: new Set(), counts: undefined, stalled: new Set() },
    hearings: new Map(),
    unasked: new Map(),
    epochNumber: 0,
    postedEpoch: undefined,
    chainWork: { kind: 'none', notBeforeMs: 0 },
  }
}
