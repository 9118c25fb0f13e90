import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  getContract,
  http,
} from 'viem'
import type { Hex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { bonds, jobEscrow, maskToken, settlement } from '#contracts/artifacts.ts'
import { deployContracts, type SettlementSetup } from '#coordinator/edge/chain/deploy.ts'
import { sessionKeyOf } from '#protocol/session-key.ts'

export type Deployment = Awaited<ReturnType<typeof deploy>>

const mnemonic = 'test test test test test test test test test test test junk'

/** Keys of the auditors, in the order of their addresses, and of the log. */
export const auditorKeys = [1, 2, 3]
  .map((secret) => sessionKeyOf(new Uint8Array(32).fill(secret)))
  .sort((left, right) => (left.provider < right.provider ? -1 : 1))
export const logKey = sessionKeyOf(new Uint8Array(32).fill(9))

/**
 * Deploys the contracts on a fresh anvil, two of three auditors deciding without a delay unless said, and returns them in
 * the hands of three people: the operator (owner of the token), a requester, and a relayer who is neither.
 */
export async function deploy(url: string, setup: Partial<SettlementSetup> = {}) {
  const transport = http(url)
  const reader = createPublicClient({ chain: foundry, transport, pollingInterval: 20, cacheTime: 0 })
  const clock = createTestClient({ chain: foundry, mode: 'anvil', transport })
  const person = (addressIndex: number) =>
    createWalletClient({ account: mnemonicToAccount(mnemonic, { addressIndex }), chain: foundry, transport })
  const deployer = person(0)

  /** Waits for the receipt: one account's next transaction must not be sent before. */
  async function mined(sent: Promise<Hex>) {
    const receipt = await reader.waitForTransactionReceipt({ hash: await sent })
    if (receipt.status !== 'success') throw new Error(`transaction ${receipt.transactionHash} was reverted`)
    return receipt
  }

  const contracts = await deployContracts(reader, deployer, {
    auditors: auditorKeys.map(({ provider }) => provider),
    threshold: 2,
    activationDelaySeconds: 0,
    log: logKey.provider,
    unbondingDelaySeconds: 3600,
    ...setup,
  })
  const bondsAddress = await reader.readContract({
    address: contracts.settlement,
    abi: settlement.abi,
    functionName: 'bonds',
  })

  const seenBy = (wallet: typeof deployer) => {
    const client = { public: reader, wallet }
    return {
      wallet,
      account: wallet.account,
      token: getContract({ address: contracts.token, abi: maskToken.abi, client }),
      escrow: getContract({ address: contracts.escrow, abi: jobEscrow.abi, client }),
      settlement: getContract({ address: contracts.settlement, abi: settlement.abi, client }),
      bonds: getContract({ address: bondsAddress, abi: bonds.abi, client }),
    }
  }
  return {
    reader,
    clock,
    mined,
    place: { chainId: foundry.id, settlement: contracts.settlement },
    operator: seenBy(deployer),
    requester: seenBy(person(1)),
    relayer: seenBy(person(2)),
  }
}

/** Name of the contract error a call is refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
    return reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : error.shortMessage
  }
}
