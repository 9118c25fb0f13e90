import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Epoch } from '../../core/state.ts'

/** Addresses of the deployed contracts, in lower case. */
export interface ContractAddresses {
  readonly token: Hex
  readonly escrow: Hex
  readonly settlement: Hex
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
  /** Posts the epoch; undefined instead of a transaction when the chain had it already. */
  postEpoch(epoch: Epoch): Promise<Hex | undefined>
  /** Pays accounts what the posted epoch proves. */
  payClaims(epoch: Epoch, claims: Epoch['earnings']): Promise<Hex | undefined>
  /** Development chains only: gives an address coins to try with. */
  grant?(address: Hex): Promise<{ grantedWei: bigint; transaction: Hex }>
  /** JSON-RPC for others, already limited to reads and signed transactions. */
  relayRpc(request: unknown): Promise<unknown>
  close(): Promise<void>
}
