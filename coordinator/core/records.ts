import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, ContentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import type { Epoch, JobPhase } from './state.ts'

/**
 * What survives a crash. Each record says the whole new row, so writing one twice changes nothing,
 * and the records of one batch become durable together or not at all.
 */
export type DurableRecord =
  | { readonly table: 'jobs'; readonly row: JobRow }
  | { readonly table: 'units'; readonly row: UnitRow }
  | { readonly table: 'assignments'; readonly row: AssignmentRow }
  | { readonly table: 'results'; readonly row: ResultRow }
  /** The bytes of a result that is not canonical are no longer needed once its unit is decided. */
  | { readonly table: 'droppedResults'; readonly assignment: AssignmentId }
  | { readonly table: 'ledger'; readonly row: LedgerRow }
  | { readonly table: 'epochs'; readonly row: EpochRow }
  | { readonly table: 'claims'; readonly row: ClaimRow }

export interface JobRow {
  readonly id: JobId
  readonly spec: ContentId
  readonly salt: Hex
  readonly requester: Hex
  readonly phase: JobPhase
  readonly fundedWei: bigint
  readonly settledChargeWei: bigint
  readonly refundedWei: bigint
  readonly createdAtMs: number
  readonly startedAtMs: number | undefined
  readonly finishedAtMs: number | undefined
}

/** Only decided units have a row. */
export interface UnitRow {
  readonly job: JobId
  readonly unit: number
  readonly verdict: 'accepted' | 'failed'
  /** The assignment whose result is canonical; undefined for a failed unit. */
  readonly canonical: AssignmentId | undefined
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
    'leased' | 'committed' | 'expired' | 'revealed' | 'accepted' | 'refused' | 'cancelled' | 'handedBack'
  readonly leasedAtMs: number
  readonly commitment: Hex | undefined
  readonly resultDigest: Hex | undefined
  readonly reason: RefusalReason | HandBackReason | undefined
}

export interface ResultRow {
  readonly assignment: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly bytes: Uint8Array
}

/** One accepted result's pay. (job, unit, provider) is unique: nobody is paid twice for a unit. */
export interface LedgerRow {
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  readonly amountWei: bigint
  readonly atMs: number
}

export interface EpochRow {
  readonly epoch: Epoch
  readonly state: 'prepared' | 'posted'
  readonly transaction: Hex | undefined
}

export interface ClaimRow {
  readonly provider: ProviderId
  readonly claimedWei: bigint
  readonly transaction: Hex | undefined
}
