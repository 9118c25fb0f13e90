import type { JobId, ProviderId } from '#protocol/ids.ts'
import type {
  AssignmentRow,
  CheckRow,
  ClaimRow,
  DrawRow,
  EpochRow,
  JobRow,
  StandingRow,
  UnitRow,
} from './records.ts'
import type { JobTerms } from './state.ts'
import type { WalletRow } from './wallet-state.ts'

/** What the store holds when a coordinator starts. */
export interface Stored {
  readonly jobs: readonly {
    readonly row: JobRow
    readonly terms: JobTerms
    readonly assignmentCount: number
  }[]
  /** Of units that are open again, none. */
  readonly units: readonly UnitRow[]
  /** All assignments of open units, in the order of their attempts, with the bytes of those revealed. */
  readonly openAssignments: readonly {
    readonly row: AssignmentRow
    readonly result: Uint8Array | undefined
  }[]
  /** Of each provisional unit the canonical assignment, and how many assignments it has had. */
  readonly provisionalAssignments: readonly { readonly row: AssignmentRow; readonly attempts: number }[]
  /** What was drawn about results of open units. */
  readonly draws: readonly DrawRow[]
  readonly standings: readonly StandingRow[]
  /** For each provider, in order, the checks that its pending units may count and those since it was last found wrong. */
  readonly checks: readonly CheckRow[]
  /** Sums over the ledger and counts of refused results, for each job and provider. */
  readonly shares: readonly {
    readonly job: JobId
    readonly provider: ProviderId
    readonly accepted: number
    readonly refused: number
    readonly earnedWei: bigint
  }[]
  readonly claims: readonly ClaimRow[]
  /** Links that are or were in effect, and changes that wait. */
  readonly wallets: readonly WalletRow[]
  /** The last epoch that was posted, and the one after it if that was prepared. */
  readonly postedEpoch: EpochRow | undefined
  readonly preparedEpoch: EpochRow | undefined
  /** The highest number that an epoch has had, stopped ones included; 0 before the first. */
  readonly lastEpochNumber: number
}
