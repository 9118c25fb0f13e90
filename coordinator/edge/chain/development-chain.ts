import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { createPublicClient, createWalletClient, defineChain, http, numberToHex, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { maskToken, settlement } from '#contracts/artifacts.ts'
import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import { addressSchema } from '#protocol/ids.ts'
import { writeFileDurably } from '../durable-file.ts'
import { Failure, systemCodeOf } from '../failure.ts'
import { keyIn } from '../key-file.ts'
import { Anvil } from './anvil.ts'
import { ChainBlocks } from './block-source.ts'
import type { ContractAddresses } from './chain.ts'
import { ContractChain } from './contract-chain.ts'

/** The id every local development chain uses; no real network has it. */
export const developmentChainId = 31337

/**
 * Starts the embedded chain under `<folder>`; on the first start it makes a key and deploys the contracts.
 * The key is random, stays in the data directory (mode 0600) and is of use on this chain only.
 */
export async function startDevelopmentChain(
  folder: string,
  onDeath: (reason: string) => void,
): Promise<ContractChain> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const account = privateKeyToAccount(await keyIn(join(folder, 'operator.key')))
  const { anvil, restored } = await Anvil.start({ folder, chainId: developmentChainId, onDeath })
  const chain = defineChain({
    id: developmentChainId,
    name: 'MASK development',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [anvil.url] } },
  })
  const reader = createPublicClient({ chain, transport: http(anvil.url), pollingInterval: 50, cacheTime: 0 })
  const signer = createWalletClient({ chain, transport: http(anvil.url), account })

  const deploy = async (
    contract: { abi: readonly unknown[]; bytecode: Hex },
    args: readonly unknown[],
  ): Promise<Hex> => {
    const receipt = await reader.waitForTransactionReceipt({
      hash: await signer.deployContract({ abi: contract.abi, bytecode: contract.bytecode, args }),
    })
    assert(receipt.contractAddress, 'a deployment has an address')
    return receipt.contractAddress
  }
  const deployAll = async (): Promise<ContractAddresses> => {
    await anvil.call('anvil_setBalance', [account.address, numberToHex(parseEther('1000000'))])
    const token = await deploy(maskToken, [account.address])
    const settlementAddress = await deploy(settlement, [token, account.address])
    const escrow = await reader.readContract({
      address: settlementAddress,
      abi: settlement.abi,
      functionName: 'escrow',
    })
    return { token: lowerCase(token), escrow: lowerCase(escrow), settlement: lowerCase(settlementAddress) }
  }

  try {
    const file = join(folder, 'contracts.json')
    const known = await knownContracts(file)
    if (known && !restored)
      throw new Failure(
        `The development chain's state in ${folder} is lost or damaged, but contracts were deployed on it.`,
        {
          next: 'Restore the folder from a backup, or start with another --data directory.',
        },
      )
    const contracts = known ?? (await deployAll())
    await anvil.save()
    if (!known) await writeFileDurably(file, `${JSON.stringify(contracts, null, 2)}\n`)
    const makeDurable = () => anvil.save()
    return new ContractChain({
      contracts,
      reader,
      blocks: new ChainBlocks({ reader, makeDurable, mine: () => anvil.mine() }),
      signer,
      makeDurable,
      faucet: true,
      close: () => anvil.stop(),
    })
  } catch (error) {
    await anvil.stop()
    throw error
  }
}

async function knownContracts(path: string): Promise<ContractAddresses | undefined> {
  const text = await textOf(path)
  if (text === undefined) return undefined
  return v.parse(
    v.object({ token: addressSchema, escrow: addressSchema, settlement: addressSchema }),
    JSON.parse(text),
  )
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  })
}

function lowerCase(address: Hex): Hex {
  return address.toLowerCase() as Hex
}
