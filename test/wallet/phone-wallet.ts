import { WalletKit, type IWalletKit } from '@reown/walletkit'
import { Core } from '@walletconnect/core'
import type { Hex } from 'viem'
import { InjectedWallet } from './injected-wallet.ts'

const methods = [
  'personal_sign',
  'eth_signTypedData_v4',
  'eth_sendTransaction',
  'wallet_switchEthereumChain',
  'wallet_addEthereumChain',
]

const rejected = { code: 5000, message: 'User rejected.' }
const disconnected = { code: 6000, message: 'User disconnected.' }

/** A wallet on a phone, by the real WalletKit, which answers over the relay what a wallet with a key does. */
export class PhoneWallet {
  readonly wallet: InjectedWallet
  /** While set, its owner declines to connect. */
  declinesPairing = false
  readonly #kit: IWalletKit
  readonly #core: InstanceType<typeof Core>
  readonly #chainId: number

  private constructor(wallet: InjectedWallet, kit: IWalletKit, core: InstanceType<typeof Core>) {
    this.wallet = wallet
    this.#kit = kit
    this.#core = core
    this.#chainId = wallet.chainId
    kit.on('session_proposal', ({ id }) => {
      const chain = `eip155:${this.#chainId}`
      const eip155 = {
        chains: [chain],
        methods,
        events: ['accountsChanged', 'chainChanged'],
        accounts: [`${chain}:${wallet.account.address}`],
      }
      if (this.declinesPairing) void kit.rejectSession({ id, reason: rejected })
      else
        void kit.approveSession({
          id,
          namespaces: { eip155 },
        })
    })
    kit.on('session_request', ({ topic, id, params }) => {
      void wallet.answer(params.request as { method: string }).then(({ result, error }) => {
        const outcome = error ? { error } : { result }
        return kit.respondSessionRequest({ topic, response: { id, jsonrpc: '2.0', ...outcome } as never })
      })
    })
  }

  static async open(options: {
    readonly relayUrl: string
    readonly chainId: number
    readonly rpcUrl: string
  }): Promise<PhoneWallet> {
    const core = new Core({
      projectId: 'test',
      relayUrl: options.relayUrl,
      storage: new Shelf() as never,
      telemetryEnabled: false,
      logger: 'silent',
    })
    const metadata = {
      name: 'Test phone',
      description: 'A wallet for tests',
      url: 'http://127.0.0.1',
      icons: [],
    }
    const kit = await WalletKit.init({ core: core as never, metadata })
    const wallet = new InjectedWallet({ name: 'phone', chainId: options.chainId, rpcUrl: options.rpcUrl })
    return new PhoneWallet(wallet, kit, core)
  }

  get address(): Hex {
    return this.wallet.address
  }

  /** As if its camera had seen the code. */
  async scan(uri: string): Promise<void> {
    await this.#kit.pair({ uri })
  }

  /** As its owner does, in the wallet. */
  async disconnect(): Promise<void> {
    for (const { topic } of Object.values(this.#kit.getActiveSessions()))
      await this.#kit.disconnectSession({ topic, reason: disconnected })
  }

  async close(): Promise<void> {
    await this.#core.relayer.transportClose()
    this.#core.heartbeat.stop()
  }
}

/** What a phone keeps, for as long as the test lasts. */
class Shelf {
  readonly #kept = new Map<string, unknown>()

  getKeys(): Promise<string[]> {
    return Promise.resolve([...this.#kept.keys()])
  }

  getEntries(): Promise<[string, unknown][]> {
    return Promise.resolve([...this.#kept])
  }

  getItem(key: string): Promise<unknown> {
    return Promise.resolve(this.#kept.get(key))
  }

  setItem(key: string, value: unknown): Promise<void> {
    this.#kept.set(key, value)
    return Promise.resolve()
  }

  removeItem(key: string): Promise<void> {
    this.#kept.delete(key)
    return Promise.resolve()
  }
}
