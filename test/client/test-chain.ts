import { spawn, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  http,
  parseEther,
  type Abi,
  type Address,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { jobEscrow, maskToken, settlement } from '#contracts/artifacts.ts'
import type { Hex } from '#protocol/bytes.ts'

export const testChainId = 31337

/** Anvil's published account, good for tests only. It mints, audits and pays for the deployments. */
export const deployer = mnemonicToAccount('test test test test test test test test test test test junk')

/** A real chain of its own with the three contracts, for the length of a test file. */
export class TestChain {
  readonly rpcUrl: string
  readonly #process: ChildProcess
  readonly reader
  readonly sender
  readonly test
  contracts: { token: Hex; escrow: Hex; settlement: Hex } = { token: '0x', escrow: '0x', settlement: '0x' }

  private constructor(process: ChildProcess, rpcUrl: string) {
    this.#process = process
    this.rpcUrl = rpcUrl
    const chain = defineChain({
      id: testChainId,
      name: 'test',
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [rpcUrl] } },
    })
    const options = { chain, transport: http(rpcUrl), pollingInterval: 50 }
    this.reader = createPublicClient(options)
    this.sender = createWalletClient({ ...options, account: deployer })
    this.test = createTestClient({ ...options, mode: 'anvil' })
  }

  static async start(): Promise<TestChain> {
    const child = spawn(
      anvilBinary(),
      ['--port', '0', '--no-cors', '--hardfork', 'prague', '--accounts', '2'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const chain = new TestChain(child, `http://${await listeningOn(child)}`)
    await chain.#deploy()
    return chain
  }

  async mint(account: Address, amountWei: bigint): Promise<Hex> {
    return this.#mined(
      await this.sender.writeContract({
        address: this.contracts.token,
        abi: maskToken.abi,
        functionName: 'mint',
        args: [account, amountWei],
      }),
    )
  }

  async giveGas(account: Address): Promise<void> {
    await this.#mined(await this.sender.sendTransaction({ to: account, value: parseEther('1') }))
  }

  async balanceOf(account: Address): Promise<bigint> {
    const { token: address } = this.contracts
    return this.reader.readContract({
      address,
      abi: maskToken.abi,
      functionName: 'balanceOf',
      args: [account],
    })
  }

  async fundedWei(job: Hex): Promise<bigint> {
    return (await this.#held(job)).funded
  }

  async refundableAtSeconds(job: Hex): Promise<bigint> {
    return (await this.#held(job)).refundableAt
  }

  #held(job: Hex) {
    const { escrow: address } = this.contracts
    return this.reader.readContract({ address, abi: jobEscrow.abi, functionName: 'jobs', args: [job] })
  }

  /** How many transactions an account has sent. */
  sentBy(account: Address): Promise<number> {
    return this.reader.getTransactionCount({ address: account })
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
  }

  async #deploy(): Promise<void> {
    const token = await this.#create(maskToken, [deployer.address])
    const setup = {
      auditors: [deployer.address],
      threshold: 1n,
      activationDelay: 0n,
      log: deployer.address,
      unbondingDelay: 0n,
    }
    const pay = await this.#create(settlement, [token, setup])
    const escrow = await this.reader.readContract({
      address: pay,
      abi: settlement.abi,
      functionName: 'escrow',
    })
    this.contracts = { token, settlement: pay, escrow: escrow.toLowerCase() as Hex }
  }

  async #create({ abi, bytecode }: { abi: Abi; bytecode: Hex }, args: unknown[]): Promise<Hex> {
    const hash = await this.sender.deployContract({ abi, bytecode, args })
    const { contractAddress } = await this.reader.waitForTransactionReceipt({ hash })
    return String(contractAddress).toLowerCase() as Hex
  }

  /** One send at a time: the account's queue wedges otherwise. */
  async #mined(hash: Hex): Promise<Hex> {
    await this.reader.waitForTransactionReceipt({ hash })
    return hash
  }
}

/** The binary inside the platform's package, without the wrapper script. */
function anvilBinary(): string {
  const { platform, arch } = process
  const wanted = `@foundry-rs/anvil-${platform === 'win32' ? 'win32' : platform}-${arch === 'x64' ? 'amd64' : arch}`
  const manifest = createRequire(import.meta.url).resolve(`${wanted}/package.json`)
  return join(dirname(manifest), 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil')
}

function listeningOn({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!stdout) throw new Error('anvil has no output')
    // Goes on reading after the answer: a full pipe would stop the chain.
    const lines = createInterface(stdout)
    lines.on('line', (line) => {
      const [, address] = /Listening on (\S+)/.exec(line) ?? []
      if (address !== undefined) resolve(address)
    })
    lines.on('close', () => {
      reject(new Error('anvil ended before it listened'))
    })
  })
}
