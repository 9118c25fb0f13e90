import type { FromCoordinator } from '#protocol/messages.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import type { DurableRecord } from './records.ts'
import type { AttestedEpoch, Epoch, PreparedEpoch, SessionId } from './state.ts'

/** What the core orders. The edge makes every `persist` of a batch durable before it carries out anything else. */
export type Effect =
  | { readonly kind: 'persist'; readonly record: DurableRecord }
  | {
      readonly kind: 'send'
      readonly session: SessionId
      readonly message: FromCoordinator
      readonly payload?: Uint8Array
    }
  | { readonly kind: 'disconnect'; readonly session: SessionId }
  /** Somebody waits for this round of the beacon. */
  | { readonly kind: 'wantRound'; readonly round: number }
  /** Asks for the bytes of a provisional result; answered by `resultFetched`. */
  | {
      readonly kind: 'fetchResult'
      readonly job: JobId
      readonly unit: number
      readonly assignment: AssignmentId
    }
  /** Asks for the epoch's root and the log's head; answered by `epochPrepared`. */
  | { readonly kind: 'prepareEpoch'; readonly epoch: Epoch }
  /** Asks the auditors to sign; answered by `epochAttested` or `epochStopped`. */
  | { readonly kind: 'attestEpoch'; readonly epoch: PreparedEpoch }
  /** Proposes the epoch, or brings it into effect; answered by `epochPending`, `epochPosted` or `epochStopped`. */
  | { readonly kind: 'postEpoch'; readonly epoch: AttestedEpoch }
  | { readonly kind: 'pushClaims'; readonly epoch: Epoch; readonly claims: Epoch['earnings'] }
  /** For those who watch: the unit's condition, or (without a unit) the job's, is another one now. */
  | { readonly kind: 'changed'; readonly job: JobId; readonly unit?: number }
