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

const mnemonic = 'test test test test test test test test test test test junk'

/**
 * Deploys the three contracts on a fresh anvil and returns them as seen by three people:
 * the operator (owner of the token and poster), a requester, and a relayer who is none of them.
 */
export async function deploy(url: string) {
  const transport = http(url)
  const reader = createPublicClient({ chain: foundry, transport, pollingInterval: 20, cacheTime: 0 })
  const clock = createTestClient({ chain: foundry, mode: 'anvil', transport })
  const person = (addressIndex: number) =>
    createWalletClient({ account: mnemonicToAccount(mnemonic, { addressIndex }), chain: foundry, transport })
  const operator = person(0)
  const requester = person(1)
  const relayer = person(2)

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

  const token = await created(operator.deployContract({ ...maskToken, args: [operator.account.address] }))
  const settlementAddress = await created(
    operator.deployContract({ ...settlement, args: [token, operator.account.address] }),
  )
  const escrow = await reader.readContract({
    address: settlementAddress,
    abi: settlement.abi,
    functionName: 'escrow',
  })

  const seenBy = <Wallet extends typeof operator>(wallet: Wallet) => {
    const client = { public: reader, wallet }
    return {
      token: getContract({ address: token, abi: maskToken.abi, client }),
      escrow: getContract({ address: escrow, abi: jobEscrow.abi, client }),
      settlement: getContract({ address: settlementAddress, abi: settlement.abi, client }),
    }
  }
  return {
    reader,
    clock,
    mined,
    requester,
    operator: seenBy(operator),
    asRequester: seenBy(requester),
    asRelayer: seenBy(relayer),
    async balances<Name extends string>(holders: Record<Name, Address>): Promise<Record<Name, bigint>> {
      const { token: read } = seenBy(relayer)
      const entries = Object.entries<Address>(holders).map(
        async ([name, holder]) => [name, await read.read.balanceOf([holder])] as const,
      )
      return Object.fromEntries(await Promise.all(entries)) as Record<Name, bigint>
    },
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
