import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, ContentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { HandBackReason, Task } from '#protocol/messages.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import type { Epoch, Job, JobPhase } from './state.ts'
import type { WalletRow } from './wallet-state.ts'

/**
 * What survives a crash. Each record says the whole new row, so writing one twice changes nothing,
 * and the records of one batch become durable together or not at all.
 */
export type DurableRecord =
  | { readonly table: 'jobs'; readonly row: JobRow }
  | { readonly table: 'units'; readonly row: UnitRow }
  | { readonly table: 'assignments'; readonly row: AssignmentRow }
  /** A provisional unit has come to its end: its row changes in this column alone. */
  | {
      readonly table: 'finals'
      readonly row: {
        readonly job: JobId
        readonly unit: number
        readonly verdict: 'accepted' | 'recalled'
      }
    }
  /** A provisional assignment has come to its end: its row changes in these columns alone. */
  | {
      readonly table: 'assignmentEnds'
      readonly row: {
        readonly assignment: AssignmentId
        readonly state: 'accepted' | 'refused'
        readonly reason: RefusalReason | undefined
      }
    }
  | { readonly table: 'results'; readonly row: ResultRow }
  /** The bytes of a result that is not canonical are no longer needed once its unit is decided. */
  | { readonly table: 'droppedResults'; readonly assignment: AssignmentId }
  | { readonly table: 'ledger'; readonly row: LedgerRow }
  | { readonly table: 'epochs'; readonly row: EpochRow }
  | { readonly table: 'claims'; readonly row: ClaimRow }
  | { readonly table: 'draws'; readonly row: DrawRow }
  | { readonly table: 'standings'; readonly row: StandingRow }
  | { readonly table: 'checks'; readonly row: CheckRow }
  | { readonly table: 'wallets'; readonly row: WalletRow }
  /** Evidence for the public log, and kept in it alone: nothing that is decided here rests on it. */
  | { readonly table: 'commitments'; readonly row: CommitmentRow }
  /** Evidence, too, and kept until the assignment has come to its end: the log opens the commitment only then. */
  | { readonly table: 'reveals'; readonly row: RevealRow }

export interface JobRow {
  readonly id: JobId
  readonly spec: ContentId
  readonly salt: Hex
  readonly requester: Hex
  readonly phase: JobPhase
  readonly control: Job['control']
  readonly spottable: boolean
  readonly fundedWei: bigint
  readonly settledChargeWei: bigint
  readonly refundedWei: bigint
  readonly createdAtMs: number
  readonly startedAtMs: number | undefined
  readonly finishedAtMs: number | undefined
}

/** Only decided and provisional units have a row. */
export interface UnitRow {
  readonly job: JobId
  readonly unit: number
  /** `recalled`: it was provisional and is open again, because its provider cheated or to be audited. */
  readonly verdict: 'provisional' | 'accepted' | 'failed' | 'cancelled' | 'recalled'
  /** The assignment whose result is canonical; undefined for a failed or cancelled unit. */
  readonly canonical: AssignmentId | undefined
  /** Of a provisional unit: how many checks its provider had passed when it became so. */
  readonly mark: number | undefined
  readonly disputed: boolean
  readonly queueMs: number
  readonly runMs: number
  readonly verifyMs: number
}

export interface AssignmentRow {
  readonly id: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  readonly state:
    | 'leased'
    | 'committed'
    | 'expired'
    | 'revealed'
    | 'provisional'
    | 'accepted'
    | 'refused'
    | 'cancelled'
    | 'handedBack'
  readonly leasedAtMs: number
  readonly payWei: bigint
  readonly commitment: Hex | undefined
  /** The beacon round that decides how it is checked, named with the reveal. */
  readonly drawRound: number | undefined
  readonly resultDigest: Hex | undefined
  readonly reason: RefusalReason | HandBackReason | undefined
}

export interface ResultRow {
  readonly assignment: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly bytes: Uint8Array
}

/** What a provider has bound itself to, as it signed it. */
export interface CommitmentRow {
  readonly assignment: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  /** Of an errand: what it was to do. */
  readonly task: Task | undefined
  readonly commitment: Hex
  readonly signature: Hex
}

/** What shows that a result is the one its provider was bound to. */
export interface OpeningRow {
  readonly assignment: AssignmentId
  readonly resultDigest: Hex
  readonly nonce: Hex
}

export interface RevealRow extends OpeningRow {
  /** Of a vote: the beacon round that decides how it is checked. */
  readonly round: number | undefined
}

/** One accepted result's pay. The assignment is unique, and a provider has one vote in a unit: nobody is paid twice. */
export interface LedgerRow {
  readonly assignment: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  readonly amountWei: bigint
  readonly atMs: number
}

export interface EpochRow {
  readonly epoch: Epoch
  /** `prepared` until the chain has it in effect, or it was stopped. */
  readonly state: 'prepared' | 'posted' | 'stopped'
  readonly transaction: Hex | undefined
}

export interface ClaimRow {
  readonly provider: ProviderId
  readonly claimedWei: bigint
  readonly transaction: Hex | undefined
}

/** What the beacon said about a first result, last. It is what an auditor recomputes. */
export interface DrawRow {
  readonly assignment: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly round: number
  readonly value: Hex
  /** `check`: its job's verify kernel judges it; `lastCheck`: and then it is final, if it is good. */
  readonly outcome: 'pass' | 'audit' | 'spots' | 'check' | 'lastCheck'
  /** The next vote comes from an anchor. */
  readonly anchor: boolean
  readonly spots: readonly number[]
}

export interface StandingRow {
  readonly provider: ProviderId
  readonly probationPassed: number
  readonly checks: number
  readonly units: number
  readonly missedAtUnits: number | undefined
  /** Checks before this one no longer count. */
  readonly checksFrom: number
  readonly convictions: number
}

/** The `index`-th check that a provider has passed. */
export interface CheckRow {
  readonly provider: ProviderId
  readonly index: number
  readonly requester: Hex
  readonly weightWei: bigint
}
