import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { createPublicClient, createWalletClient, defineChain, http, numberToHex, parseEther } from 'viem'
import { addressSchema } from '#protocol/ids.ts'
import { sessionKeyOf } from '#protocol/session-key.ts'
import { writeFileDurably } from '../durable-file.ts'
import { Failure, systemCodeOf } from '../failure.ts'
import { Anvil } from './anvil.ts'
import { ChainBlocks } from './block-source.ts'
import type { ContractAddresses } from './chain.ts'
import { ContractChain } from './contract-chain.ts'
import { deployContracts, type SettlementSetup } from './deploy.ts'
import { developmentKeysIn } from './development-keys.ts'

/** The id every local development chain uses; no real network has it. */
export const developmentChainId = 31337

/** Raised whenever the contracts change: those of an older MASK answer to other calls. */
const contractsVersion = 2

export interface DevelopmentChainOptions {
  /** Who decides over the settlement, where it is not the one auditor whose key lies in the folder; read at the first start. */
  readonly setup?: Partial<SettlementSetup>
  /** A block counts once so many, itself included, stand on it: 1 unless said. */
  readonly confirmations?: number
}

/**
 * Starts the embedded chain under `<folder>`; on the first start it makes its keys and deploys the contracts.
 *
 * @throws {Failure} for a chain whose state is lost, and for contracts of an older MASK
 */
export async function startDevelopmentChain(
  folder: string,
  onDeath: (reason: string) => void,
  { setup, confirmations = 1 }: DevelopmentChainOptions = {},
): Promise<ContractChain> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys = await developmentKeysIn(folder)
  const { anvil, restored } = await Anvil.start({ folder, chainId: developmentChainId, onDeath })
  const chain = defineChain({
    id: developmentChainId,
    name: 'MASK development',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [anvil.url] } },
  })
  const reader = createPublicClient({ chain, transport: http(anvil.url), pollingInterval: 50, cacheTime: 0 })
  const deployAll = async (): Promise<ContractAddresses> => {
    const account = keys.operator
    await anvil.call('anvil_setBalance', [account.address, numberToHex(parseEther('1000000'))])
    const signer = createWalletClient({ chain, transport: http(anvil.url), account })
    return deployContracts(reader, signer, {
      auditors: [sessionKeyOf(keys.auditor).provider],
      threshold: 1,
      activationDelaySeconds: 0,
      log: sessionKeyOf(keys.log).provider,
      unbondingDelaySeconds: 86_400,
      ...setup,
    })
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
    if (!known)
      await writeFileDurably(
        file,
        `${JSON.stringify({ version: contractsVersion, ...contracts }, null, 2)}\n`,
      )
    const makeDurable = () => anvil.save()
    return new ContractChain({
      contracts,
      reader,
      blocks: new ChainBlocks({ reader, makeDurable, mine: () => anvil.mine() }),
      account: keys.operator,
      confirmations,
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
  const schema = v.object({
    version: v.literal(contractsVersion),
    token: addressSchema,
    escrow: addressSchema,
    settlement: addressSchema,
  })
  const known = v.safeParse(schema, JSON.parse(text))
  if (!known.success)
    throw new Failure(`${path} names contracts of another version of MASK.`, {
      next: 'Use that version, or start with another --data directory.',
    })
  const { token, escrow, settlement } = known.output
  return { token, escrow, settlement }
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw error
  })
}
