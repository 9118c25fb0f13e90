import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log-head.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import type { Offer } from '#protocol/offer.ts'
import type { AuditorSignature, JobTerms, SessionId } from './state.ts'

/** All that can happen to a coordinator, in the past tense. Parsed and signature-checked by the edge before. */
export type Event =
  | { readonly kind: 'timePassed' }
  | { readonly kind: 'jobSubmitted'; readonly terms: JobTerms }
  | { readonly kind: 'jobFunded'; readonly job: JobId; readonly fundedWei: bigint }
  | {
      readonly kind: 'providerJoined'
      readonly session: SessionId
      readonly provider: ProviderId
      readonly capacity: number
      readonly offer: Offer
      /** Coarse name of the network it connects from, if known. */
      readonly network?: string | undefined
      /** The coordinator's own reference worker: it takes checks and disputes only. */
      readonly dutiesOnly?: boolean | undefined
    }
  | { readonly kind: 'offerStated'; readonly session: SessionId; readonly offer: Offer }
  | { readonly kind: 'renewalAsked'; readonly session: SessionId; readonly assignment: AssignmentId }
  /** Signed by the job's requester; checked by the edge. */
  | { readonly kind: 'jobControlled'; readonly job: JobId; readonly action: 'pause' | 'resume' | 'cancel' }
  /** A round of the beacon that has begun, as `edge/beacon/beacon.ts` promises them. */
  | { readonly kind: 'beaconPublished'; readonly round: number; readonly value: Hex }
  | { readonly kind: 'resultFetched'; readonly assignment: AssignmentId; readonly result: Uint8Array }
  | { readonly kind: 'providerHeard'; readonly session: SessionId }
  | { readonly kind: 'capacityStated'; readonly session: SessionId; readonly capacity: number }
  /** A sign, not a proof, that its tab has died. */
  | { readonly kind: 'providerSuspected'; readonly session: SessionId }
  | { readonly kind: 'sessionEnded'; readonly session: SessionId }
  | {
      readonly kind: 'resultCommitted'
      readonly session: SessionId
      readonly assignment: AssignmentId
      readonly commitment: Hex
      /** The provider's, over the commitment; the edge lets nothing pass without, only simulations do. */
      readonly signature?: Hex
    }
  | {
      readonly kind: 'resultRevealed'
      readonly session: SessionId
      readonly assignment: AssignmentId
      readonly nonce: Hex
      readonly result: Uint8Array
      readonly chainId: number
    }
  | {
      readonly kind: 'unitHandedBack'
      readonly session: SessionId
      readonly assignment: AssignmentId
      readonly reason: HandBackReason
    }
  | {
      readonly kind: 'epochPrepared'
      readonly epoch: number
      readonly payRoot: Hex
      readonly logHead: LogHead
    }
  | {
      readonly kind: 'epochAttested'
      readonly epoch: number
      readonly signatures: readonly AuditorSignature[]
    }
  /** It is proposed and waits; it may be looked at again then. */
  | { readonly kind: 'epochPending'; readonly epoch: number; readonly activatesAtMs: number }
  /** It is in effect. */
  | { readonly kind: 'epochPosted'; readonly epoch: number; readonly transaction: Hex | undefined }
  /** An auditor refuses to sign or has vetoed it, or another proposal took its place: it will never be in effect. */
  | { readonly kind: 'epochStopped'; readonly epoch: number; readonly reason: string }
  | {
      readonly kind: 'claimsPaid'
      readonly paid: readonly { readonly provider: ProviderId; readonly cumulativeWei: bigint }[]
      readonly transaction: Hex | undefined
    }
  | { readonly kind: 'chainFailed'; readonly reason: string }
  /** How far the chain has paid an account, by whoever's claims. */
  | { readonly kind: 'claimSeen'; readonly account: Hex; readonly claimedWei: bigint }
  /** Signed by session key and wallet; checked by the edge. */
  | {
      readonly kind: 'walletLinked'
      readonly provider: ProviderId
      readonly wallet: Hex
      readonly serial: number
      readonly expiresAtSeconds: number
      readonly sessionSignature: Hex
      readonly walletSignature: Hex
    }
