import type { Hex } from '#protocol/bytes.ts'
import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { AttestedEpoch } from '../../core/state.ts'

/** Addresses of the deployed contracts, in lower case. */
export interface ContractAddresses {
  readonly token: Hex
  readonly escrow: Hex
  readonly settlement: Hex
}

/** Where an epoch stands on the chain. */
export type EpochStanding =
  /** In effect, by this transaction where it is a recent one. */
  | { readonly kind: 'active'; readonly transaction: Hex | undefined }
  /** Proposed; it may take effect from then on. */
  | { readonly kind: 'pending'; readonly activatesAtMs: number }
  /** Vetoed or overtaken: it will never be in effect. */
  | { readonly kind: 'stopped'; readonly reason: string }

/** A claim with what proves it under the root in effect. */
export interface ProvenClaim {
  readonly provider: ProviderId
  readonly cumulativeWei: bigint
  readonly proof: readonly Hex[]
}

/**
 * The chain on which money moves. Its duties:
 *
 * 1. What a method reports has happened for good: it survives a crash of the coordinator and of the chain's node.
 * 2. `postEpoch` and `payClaims` may be called again with the same contents, also after a call whose answer was
 *    lost, and then move nothing twice.
 * 3. A failure throws; the caller tries again later. Sending from one account is never done twice at a time.
 */
export interface Chain {
  readonly chainId: number
  readonly contracts: ContractAddresses
  /** What the escrow holds or held for a job, in wei, and when its requester may take the rest back (Unix seconds). */
  funding(job: JobId): Promise<{ fundedWei: bigint; refundableAtSeconds: bigint }>
  /** Proposes the epoch, or brings it into effect once its delay is over, as far as that goes now. */
  postEpoch(epoch: AttestedEpoch): Promise<EpochStanding>
  /** Pays accounts what the root in effect proves. */
  payClaims(claims: readonly ProvenClaim[]): Promise<Hex | undefined>
  /** How far an account has been paid in all, whoever sent the claims. */
  claimedBy(account: Hex): Promise<bigint>
  /** Development chains only: gives an address coins to try with. */
  grant?(address: Hex): Promise<{ grantedWei: bigint; transaction: Hex }>
  /** JSON-RPC for others, already limited to reads and signed transactions. */
  relayRpc(request: unknown): Promise<unknown>
  close(): Promise<void>
}
