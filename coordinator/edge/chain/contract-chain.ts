import {
  encodeFunctionData,
  parseEther,
  type Account,
  type Chain as ViemChain,
  type PublicClient,
  type Transport,
} from 'viem'
import { jobEscrow, maskToken, settlement } from '#contracts/artifacts.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import type { AttestedEpoch } from '../../core/state.ts'
import type { BlockSource } from './block-source.ts'
import type { Chain, ContractAddresses, EpochStanding, ProvenClaim } from './chain.ts'
import { activateEpochCall, claimManyCall, proposeEpochCall } from './epoch-calls.ts'
import { findActivation, readSettlement } from './settlement-reader.ts'
import { checkRpcRequest } from './rpc-gate.ts'
import { TransactionQueue } from './transaction-queue.ts'

/** What a faucet gives at a time. */
const grantedMaskWei = parseEther('1000')
const grantedGasWei = parseEther('1')
/** Claims in one transaction: about 65,000 gas each, far below a block's limit. */
const claimsPerTransaction = 100
/** Looks for a block that is deep enough, one polling interval apart, before the caller is told to come again. */
const buriedLooksMax = 1_000

export interface ContractChainOptions {
  readonly contracts: ContractAddresses
  readonly reader: PublicClient<Transport, ViemChain>
  readonly blocks: BlockSource
  /** Sends what the coordinator sends; it signs here. */
  readonly account: Account
  /** A block counts once so many, itself included, stand on it. */
  readonly confirmations: number
  /** Makes everything that the chain's node has acknowledged survive a crash; nothing to do on a real network. */
  readonly makeDurable: () => Promise<void>
  /** Whether the token's minter is ours and coins are worth nothing. */
  readonly faucet: boolean
  readonly close: () => Promise<void>
}

/** The chain behind MASK's contracts, on any EVM network that viem can reach. */
export class ContractChain implements Chain {
  readonly chainId: number
  readonly contracts: ContractAddresses
  /** What a beacon draws from. */
  readonly blocks: BlockSource
  readonly grant?: NonNullable<Chain['grant']>
  readonly #options: ContractChainOptions
  readonly #queue: TransactionQueue

  constructor(options: ContractChainOptions) {
    this.#options = options
    this.chainId = options.reader.chain.id
    this.contracts = options.contracts
    this.blocks = options.blocks
    this.#queue = new TransactionQueue(options)
    if (options.faucet) this.grant = (address) => this.#grant(address)
  }

  async funding(job: JobId): Promise<{ fundedWei: bigint; refundableAtSeconds: bigint }> {
    const { reader, contracts } = this.#options
    const { funded, state, refundableAt } = await reader.readContract({
      address: contracts.escrow,
      abi: jobEscrow.abi,
      functionName: 'jobs',
      args: [job],
    })
    const open = 1
    if (state !== open) return { fundedWei: 0n, refundableAtSeconds: 0n }
    await this.#options.makeDurable()
    return { fundedWei: funded, refundableAtSeconds: refundableAt }
  }

  postEpoch(epoch: AttestedEpoch): Promise<EpochStanding> {
    return this.#queue.run(async (send) => {
      for (;;) {
        const standing = await this.#standingOf(epoch)
        if (standing.kind === 'active') return this.#buried(epoch.number)
        if (standing.kind === 'pending' || standing.kind === 'stopped') return standing
        const data = standing.kind === 'new' ? proposeEpochCall(epoch) : activateEpochCall(epoch)
        await send({ to: this.contracts.settlement, data })
        await this.#options.makeDurable()
      }
    })
  }

  payClaims(claims: readonly ProvenClaim[]): Promise<Hex | undefined> {
    return this.#queue.run(async (send) => {
      let transaction: Hex | undefined
      for (let first = 0; first < claims.length; first += claimsPerTransaction) {
        const data = claimManyCall(claims.slice(first, first + claimsPerTransaction))
        transaction = await send({ to: this.contracts.settlement, data })
      }
      await this.#options.makeDurable()
      return transaction
    })
  }

  async claimedBy(account: Hex): Promise<bigint> {
    const { reader, contracts } = this.#options
    const claimedWei = await reader.readContract({
      address: contracts.settlement,
      abi: settlement.abi,
      functionName: 'claimed',
      args: [account],
    })
    await this.#options.makeDurable()
    return claimedWei
  }

  #grant(address: Hex): Promise<{ grantedWei: bigint; transaction: Hex }> {
    const args = [address, grantedMaskWei] as const
    const data = encodeFunctionData({ abi: maskToken.abi, functionName: 'mint', args })
    return this.#queue.run(async (send) => {
      await send({ to: address, value: grantedGasWei })
      const transaction = await send({ to: this.contracts.token, data })
      await this.#options.makeDurable()
      return { grantedWei: grantedMaskWei, transaction }
    })
  }

  /** What the newest block says of an epoch; `due`: it waits no longer, and somebody must say so. */
  async #standingOf({
    number,
    attestation,
  }: AttestedEpoch): Promise<
    Exclude<EpochStanding, { kind: 'active' }> | { readonly kind: 'new' | 'due' | 'active' }
  > {
    const seen = await readSettlement(this.#options.reader, this.contracts.settlement)
    if (seen.epoch === number)
      return seen.root === attestation.payRoot
        ? { kind: 'active' }
        : { kind: 'stopped', reason: `the chain has another epoch ${number}` }
    if (seen.proposedEpoch < number) return { kind: 'new' }
    if (seen.proposedEpoch > number)
      return { kind: 'stopped', reason: `epoch ${seen.proposedEpoch} was proposed in its place` }
    if (!seen.isWaiting) return { kind: 'stopped', reason: 'an auditor has vetoed it' }
    return seen.nowSeconds >= seen.activatesAtSeconds
      ? { kind: 'due' }
      : { kind: 'pending', activatesAtMs: seen.activatesAtSeconds * 1_000 }
  }

  /** Waits until the epoch is in effect under as many blocks as are asked for, whoever brought it there. */
  async #buried(number: number): Promise<EpochStanding> {
    const { reader, confirmations, makeDurable } = this.#options
    for (let looks = 0; looks < buriedLooksMax; looks += 1) {
      const found = await findActivation(reader, this.contracts.settlement, number)
      if (!found && (await readSettlement(reader, this.contracts.settlement)).epoch < number)
        throw new Error(`epoch ${number} was taken back by a reorganisation`)
      if (!found || found.confirmations >= confirmations) {
        await makeDurable()
        return { kind: 'active', transaction: found?.transaction }
      }
      await new Promise((resolve) => setTimeout(resolve, reader.pollingInterval))
    }
    throw new Error(`epoch ${number} is not ${confirmations} blocks deep yet`)
  }

  async relayRpc(request: unknown): Promise<unknown> {
    const { method, params } = checkRpcRequest(request)
    // viem types each method's parameters; these come from outside and the node itself refuses what is malformed.
    const relay = this.#options.reader.request as (call: {
      method: string
      params: unknown[]
    }) => Promise<unknown>
    return relay({ method, params })
  }

  close(): Promise<void> {
    return this.#options.close()
  }
}
