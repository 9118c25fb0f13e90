import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  getContract,
  http,
} from 'viem'
import type { Address, Hex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { jobEscrow, maskToken, settlement } from '#contracts/artifacts.ts'

export type Deployment = Awaited<ReturnType<typeof deploy>>

const mnemonic = 'test test test test test test test test test test test junk'

/**
 * Deploys the three contracts on a fresh anvil and returns them in the hands of three people:
 * the operator (owner of the token and poster), a requester, and a relayer who is neither.
 */
export async function deploy(url: string) {
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
  async function created(sent: Promise<Hex>): Promise<Address> {
    const { contractAddress } = await mined(sent)
    if (!contractAddress) throw new Error('the transaction created no contract')
    return contractAddress
  }

  const token = await created(deployer.deployContract({ ...maskToken, args: [deployer.account.address] }))
  const settlementAddress = await created(
    deployer.deployContract({ ...settlement, args: [token, deployer.account.address] }),
  )
  const escrow = await reader.readContract({
    address: settlementAddress,
    abi: settlement.abi,
    functionName: 'escrow',
  })

  const seenBy = (wallet: typeof deployer) => {
    const client = { public: reader, wallet }
    return {
      wallet,
      account: wallet.account,
      token: getContract({ address: token, abi: maskToken.abi, client }),
      escrow: getContract({ address: escrow, abi: jobEscrow.abi, client }),
      settlement: getContract({ address: settlementAddress, abi: settlement.abi, client }),
    }
  }
  return {
    reader,
    clock,
    mined,
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
