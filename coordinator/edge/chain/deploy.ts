import { encodeDeployData, type Abi, type Account, type Chain as ViemChain } from 'viem'
import type { PublicClient, Transport, WalletClient } from 'viem'
import { maskToken, settlement } from '#contracts/artifacts.ts'
import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { ContractAddresses } from './chain.ts'

/** Who decides over a settlement; fixed when it is deployed. */
export interface SettlementSetup {
  readonly auditors: readonly Hex[]
  /** How many of them must sign an epoch. */
  readonly threshold: number
  readonly activationDelaySeconds: number
  /** Whose signature the log's heads and receipts carry. */
  readonly log: Hex
  readonly unbondingDelaySeconds: number
}

/**
 * Deploys token and settlement, which makes its own escrow and bonds, from the signer's account; it becomes the minter.
 *
 * @throws Error when a transaction is reverted, which is where a setup that the contract refuses ends
 */
export async function deployContracts(
  reader: PublicClient<Transport, ViemChain>,
  signer: WalletClient<Transport, ViemChain, Account>,
  setup: SettlementSetup,
): Promise<ContractAddresses> {
  const create = async (data: Hex): Promise<Hex> => {
    const hash = await signer.sendTransaction({ data })
    const { contractAddress } = await reader.waitForTransactionReceipt({ hash })
    assert(contractAddress, 'a deployment has an address')
    return lowerCase(contractAddress)
  }
  const encode = (contract: { abi: Abi; bytecode: Hex }, args: readonly unknown[]) =>
    encodeDeployData({ abi: contract.abi, bytecode: contract.bytecode, args })
  const token = await create(encode(maskToken, [signer.account.address]))
  const address = await create(encode(settlement, [token, setupArgument(setup)]))
  const escrow = await reader.readContract({ address, abi: settlement.abi, functionName: 'escrow' })
  return { token, escrow: lowerCase(escrow), settlement: address }
}

/** The setup as the contract's constructor takes it. */
export function setupArgument(setup: SettlementSetup) {
  return {
    auditors: [...setup.auditors],
    threshold: BigInt(setup.threshold),
    activationDelay: BigInt(setup.activationDelaySeconds),
    log: setup.log,
    unbondingDelay: BigInt(setup.unbondingDelaySeconds),
  }
}

function lowerCase(address: Hex): Hex {
  return address.toLowerCase() as Hex
}
