import {
  encodeFunctionData,
  parseEther,
  type Account,
  type Chain as ViemChain,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem'
import { jobEscrow, maskToken, settlement } from '#contracts/artifacts.ts'
import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import type { Epoch } from '../../core/state.ts'
import type { BlockSource } from './block-source.ts'
import type { Chain, ContractAddresses } from './chain.ts'
import { checkRpcRequest } from './rpc-gate.ts'
import { TransactionQueue } from './transaction-queue.ts'

/** What a faucet gives at a time. */
const grantedMaskWei = parseEther('1000')
const grantedGasWei = parseEther('1')
/** Claims in one transaction: about 65,000 gas each, far below a block's limit. */
const claimsPerTransaction = 100
const emptyRoot: Hex = `0x${'0'.repeat(64)}`

export interface ContractChainOptions {
  readonly contracts: ContractAddresses
  readonly reader: PublicClient<Transport, ViemChain>
  readonly blocks: BlockSource
  readonly signer: WalletClient<Transport, ViemChain, Account>
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
  readonly #queue = new TransactionQueue()

  constructor(options: ContractChainOptions) {
    this.#options = options
    this.chainId = options.reader.chain.id
    this.contracts = options.contracts
    this.blocks = options.blocks
    if (options.faucet) this.grant = (address) => this.#queue.run(() => this.#grant(address))
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

  postEpoch(epoch: Epoch): Promise<Hex | undefined> {
    return this.#queue.run(async () => {
      const { reader, contracts } = this.#options
      const posted = await reader.readContract({
        address: contracts.settlement,
        abi: settlement.abi,
        functionName: 'epoch',
      })
      if (posted < BigInt(epoch.number)) return this.#send(postEpochCall(epoch))
      const root = await reader.readContract({
        address: contracts.settlement,
        abi: settlement.abi,
        functionName: 'root',
      })
      assert(root === rootOf(epoch), 'the chain holds the epoch that the ledger prepared')
      return undefined
    })
  }

  payClaims(epoch: Epoch, claims: Epoch['earnings']): Promise<Hex | undefined> {
    const tree = buildPayoutTree(epoch.earnings)
    const proven = claims.map(({ provider, cumulativeWei }) => {
      const proof = tree.proofOf(provider)
      assert(proof, 'a claim belongs to a leaf of the posted epoch')
      return { account: provider, cumulative: cumulativeWei, proof: [...proof] }
    })
    return this.#queue.run(async () => {
      let transaction: Hex | undefined
      for (let first = 0; first < proven.length; first += claimsPerTransaction)
        transaction = await this.#send(
          encodeFunctionData({
            abi: settlement.abi,
            functionName: 'claimMany',
            args: [proven.slice(first, first + claimsPerTransaction)],
          }),
        )
      return transaction
    })
  }

  async #grant(address: Hex): Promise<{ grantedWei: bigint; transaction: Hex }> {
    const { signer, contracts } = this.#options
    await this.#receipt(await signer.sendTransaction({ to: address, value: grantedGasWei }))
    const transaction = await signer.writeContract({
      address: contracts.token,
      abi: maskToken.abi,
      functionName: 'mint',
      args: [address, grantedMaskWei],
    })
    await this.#receipt(transaction)
    return { grantedWei: grantedMaskWei, transaction }
  }

  /** Sends a call to the settlement. Gas is estimated first, so a call that would revert throws and costs nothing. */
  async #send(data: Hex): Promise<Hex> {
    const transaction = await this.#options.signer.sendTransaction({ to: this.contracts.settlement, data })
    await this.#receipt(transaction)
    return transaction
  }

  async #receipt(transaction: Hex): Promise<void> {
    const receipt = await this.#options.reader.waitForTransactionReceipt({
      hash: transaction,
      timeout: 60_000,
    })
    if (receipt.status !== 'success') throw new Error(`transaction ${transaction} was reverted`)
    await this.#options.makeDurable()
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

/** The root of an epoch; all zero when nobody has earned anything yet. */
export function rootOf(epoch: Epoch): Hex {
  return epoch.earnings.length === 0 ? emptyRoot : buildPayoutTree(epoch.earnings).root
}

function postEpochCall(epoch: Epoch): Hex {
  const totalEarned = epoch.earnings.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)
  const charges = epoch.charges.map(({ job, cumulativeWei }) => ({ jobId: job, cumulative: cumulativeWei }))
  const args = [BigInt(epoch.number), rootOf(epoch), totalEarned, charges, [...epoch.closedJobs]] as const
  return encodeFunctionData({ abi: settlement.abi, functionName: 'postEpoch', args })
}
