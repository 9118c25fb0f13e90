import type { Chain as ViemChain, PublicClient, Transport } from 'viem'
import { settlement } from '#contracts/artifacts.ts'
import type { Hex } from '#protocol/bytes.ts'

const nothing: Hex = `0x${'0'.repeat(64)}`

/** How far back an epoch's own event is looked for: what is older is deep enough for anybody. */
const lookBackBlocks = 5_000n

/** What the settlement says of epochs. */
export interface SettlementView {
  readonly epoch: number
  readonly root: Hex
  readonly proposedEpoch: number
  /** Whether the proposed epoch waits to take effect. */
  readonly isWaiting: boolean
  readonly activatesAtSeconds: number
  /** The block's own time. */
  readonly nowSeconds: number
}

/** What the newest block has. */
export async function readSettlement(
  reader: PublicClient<Transport, ViemChain>,
  address: Hex,
): Promise<SettlementView> {
  const contract = { address, abi: settlement.abi } as const
  const [epoch, root, proposedEpoch, proposal, activatesAt, { timestamp }] = await Promise.all([
    reader.readContract({ ...contract, functionName: 'epoch' }),
    reader.readContract({ ...contract, functionName: 'root' }),
    reader.readContract({ ...contract, functionName: 'proposedEpoch' }),
    reader.readContract({ ...contract, functionName: 'proposal' }),
    reader.readContract({ ...contract, functionName: 'activatesAt' }),
    reader.getBlock(),
  ])
  return {
    epoch: Number(epoch),
    root,
    proposedEpoch: Number(proposedEpoch),
    isWaiting: proposal !== nothing,
    activatesAtSeconds: Number(activatesAt),
    nowSeconds: Number(timestamp),
  }
}

/**
 * Where an epoch took effect, by its event: a node without old states has its events all the same.
 *
 * @returns undefined when the chain does not have it, or has it deeper than anybody asks for
 */
export async function findActivation(
  reader: PublicClient<Transport, ViemChain>,
  address: Hex,
  epoch: number,
): Promise<{ readonly transaction: Hex; readonly confirmations: number } | undefined> {
  const newest = await reader.getBlockNumber({ cacheTime: 0 })
  const [event] = await reader.getContractEvents({
    address,
    abi: settlement.abi,
    eventName: 'EpochActivated',
    args: { epoch: BigInt(epoch) },
    fromBlock: newest > lookBackBlocks ? newest - lookBackBlocks : 0n,
    toBlock: newest,
  })
  if (!event) return undefined
  return { transaction: event.transactionHash, confirmations: Number(newest - event.blockNumber) + 1 }
}
