import { createPublicClient, http, type PublicClient } from 'viem'
import { jobEscrow, settlement } from '#contracts/artifacts.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import type { LogEntryOf } from '#protocol/log/entries.ts'
import { walletLinkTypedData } from '#protocol/wallet-link.ts'

/** What the chain says about an epoch that took effect. */
export interface ActivatedEpoch {
  readonly transaction: Hex
  readonly root: Hex
  readonly totalEarnedWei: bigint
  readonly totalChargedWei: bigint
}

/** What an auditor asks the chain; it believes the chain and nobody else. */
export interface AuditedChain {
  chainId(): Promise<number>
  /** The hash of the first block at or after a moment; undefined while there is none. */
  firstBlockSince(unixMs: number): Promise<Hex | undefined>
  /** All that was ever paid in for a job, and by whom. */
  funding(job: JobId): Promise<{ readonly fundedWei: bigint; readonly requester: Hex }>
  activated(epoch: number): Promise<ActivatedEpoch | undefined>
  /** Whether a wallet that is a contract takes this signature for its owner's. */
  isLinkSigned(link: LogEntryOf<'link'>): Promise<boolean>
}

/** The chain behind a JSON-RPC address. */
export class RpcChain implements AuditedChain {
  readonly #reader: PublicClient
  readonly #settlement: Hex
  #escrow: Promise<Hex> | undefined
  readonly #blocks = new Map<bigint, { readonly hash: Hex; readonly unixMs: number }>()

  /** @param contract the settlement contract */
  constructor(rpcUrl: string, contract: Hex) {
    this.#reader = createPublicClient({ transport: http(rpcUrl) })
    this.#settlement = contract
  }

  chainId(): Promise<number> {
    return this.#reader.getChainId()
  }

  /** By halving: the time of blocks never falls. */
  async firstBlockSince(unixMs: number): Promise<Hex | undefined> {
    let high = await this.#reader.getBlockNumber({ cacheTime: 0 })
    let first = await this.#block(high)
    if (first.unixMs < unixMs) return undefined
    let low = 0n
    while (low < high) {
      const middle = (low + high) / 2n
      const block = await this.#block(middle)
      if (block.unixMs >= unixMs) [first, high] = [block, middle]
      else low = middle + 1n
    }
    return first.hash
  }

  async funding(job: JobId): Promise<{ fundedWei: bigint; requester: Hex }> {
    this.#escrow ??= this.#reader.readContract({
      ...this.#contract,
      functionName: 'escrow',
    })
    const { funded, requester } = await this.#reader.readContract({
      address: await this.#escrow,
      abi: jobEscrow.abi,
      functionName: 'jobs',
      args: [job],
    })
    return { fundedWei: funded, requester: requester.toLowerCase() as Hex }
  }

  async activated(epoch: number): Promise<ActivatedEpoch | undefined> {
    const [event] = await this.#reader.getContractEvents({
      ...this.#contract,
      eventName: 'EpochActivated',
      args: { epoch: BigInt(epoch) },
      fromBlock: 0n,
      strict: true,
    })
    if (!event) return undefined
    const { root, totalEarned, totalCharged } = event.args
    return {
      transaction: event.transactionHash,
      root,
      totalEarnedWei: totalEarned,
      totalChargedWei: totalCharged,
    }
  }

  async isLinkSigned(link: LogEntryOf<'link'>): Promise<boolean> {
    const { provider: sessionKey, wallet, serial, expiresAtSeconds, walletSignature } = link
    const chainId = await this.chainId()
    const contract = this.#settlement
    return this.#reader.verifyTypedData({
      address: wallet,
      signature: walletSignature as Hex,
      ...walletLinkTypedData({ chainId, contract, sessionKey, wallet, serial, expiresAtSeconds }),
    })
  }

  get #contract() {
    return { address: this.#settlement, abi: settlement.abi } as const
  }

  async #block(blockNumber: bigint): Promise<{ hash: Hex; unixMs: number }> {
    const known = this.#blocks.get(blockNumber)
    if (known) return known
    const { hash, timestamp } = await this.#reader.getBlock({ blockNumber })
    const block = { hash, unixMs: Number(timestamp) * 1_000 }
    this.#blocks.set(blockNumber, block)
    return block
  }
}
