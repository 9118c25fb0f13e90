import { createPublicClient, custom, encodeFunctionData } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { jobEscrow, maskToken } from '#contracts/artifacts.ts'
import { toHex } from '#protocol/bytes.ts'
import type { JobTerms } from '#coordinator/core/state.ts'
import type { ContractChain } from '#coordinator/edge/chain/contract-chain.ts'
import { TransactionQueue } from '#coordinator/edge/chain/transaction-queue.ts'
import { aJob } from '../coordinator/core/a-world.ts'

const account = privateKeyToAccount(toHex(new Uint8Array(32).fill(4)))

/** A job of a thousand units, each of which two results settle, of a requester who can pay. */
export const smallJob = aJob({ unitCount: 1_000, requester: account.address.toLowerCase() as `0x${string}` })

/** A reader of a chain, over the relay that everybody has. */
export function readerOf(chain: ContractChain) {
  const request = (call: { method: string; params?: unknown }) => chain.relayRpc(call)
  return createPublicClient({
    chain: foundry,
    transport: custom({ request }, { retryCount: 0 }),
    pollingInterval: 20,
    cacheTime: 0,
  })
}

/** The requester takes coins from the faucet and funds the job, as anybody would. */
export async function fundSmallJob(chain: ContractChain, { salt, plan }: JobTerms): Promise<void> {
  await chain.grant?.(account.address)
  const { token, escrow } = chain.contracts
  const queue = new TransactionQueue({ reader: readerOf(chain), account, confirmations: 1 })
  const refundableAt = BigInt(Math.floor(Date.now() / 1_000) + 30 * 86_400)
  await queue.run(async (send) => {
    const allowance = [escrow, plan.budgetWei] as const
    await send({
      to: token,
      data: encodeFunctionData({ abi: maskToken.abi, functionName: 'approve', args: allowance }),
    })
    const budget = [salt, plan.budgetWei, refundableAt] as const
    await send({
      to: escrow,
      data: encodeFunctionData({ abi: jobEscrow.abi, functionName: 'fund', args: budget }),
    })
  })
}
