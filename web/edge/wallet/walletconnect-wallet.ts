import type { EthereumProvider, EthereumProviderOptions } from '@walletconnect/ethereum-provider'
import type { Hex } from '#protocol/bytes.ts'
import { withDeadline } from '#runner/deadline.ts'
import type { WalletInfo } from '#web/core/wallet-view.ts'
import { RpcWallet, walletErrorOf, type RpcProvider } from './rpc-wallet.ts'
import { WalletError, type Network, type TypedData, type Wallet, type WalletState } from './wallet.ts'

/** How long the relay may take to give the code that a phone scans. */
const relayMsMax = 15_000

export interface WalletConnectOptions {
  readonly projectId: string
  readonly relayUrl: string
  /** A relay of our own for trying things out: nobody vouches for the page then, and waiting for that would cost 5 s a request. */
  readonly isLocal: boolean
  readonly network: Network
  /** What the phone shows of who is asking. */
  readonly page: { readonly name: string; readonly description: string; readonly url: string }
  /** Shows the code for the phone's camera, or takes it away. */
  readonly showUri: (uri: string | undefined) => void
  /** Where its library keeps its sessions, where that is no browser. */
  readonly storageOptions?: EthereumProviderOptions['storageOptions']
}

type Provider = InstanceType<typeof EthereumProvider>

/** Before anybody has answered. */
export const walletConnectInfo: WalletInfo = {
  kind: 'walletConnect',
  id: 'walletConnect',
  name: undefined,
  icon: undefined,
}

/** A wallet elsewhere, over a WalletConnect relay. Its library is loaded, and the relay called, at the first call only. */
export class WalletConnectWallet implements Wallet {
  readonly #options: WalletConnectOptions
  readonly #listeners = new Set<(state: WalletState) => void>()
  #opened: { readonly provider: Provider; readonly wallet: RpcWallet } | undefined
  /** Ends the wait for somebody who scans the code. */
  #giveUp: ((error: WalletError) => void) | undefined

  constructor(options: WalletConnectOptions) {
    this.#options = options
  }

  get info(): WalletInfo {
    const name = this.#opened?.provider.session?.peer.metadata.name.slice(0, 60)
    return { ...walletConnectInfo, name }
  }

  async connect(): Promise<WalletState> {
    const silent = () => new WalletError('relaySilent', 'The way to the relay did not open.')
    const { provider, wallet } = await withDeadline(this.#open(), relayMsMax, silent)
    if (!provider.session) await this.#pair(provider)
    return wallet.connect()
  }

  async restore(): Promise<WalletState | undefined> {
    const { provider, wallet } = await this.#open()
    return provider.session && wallet.restore()
  }

  onChange(listener: (state: WalletState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async signMessage(account: Hex, message: string): Promise<Hex> {
    return (await this.#open()).wallet.signMessage(account, message)
  }

  async signTypedData(account: Hex, data: TypedData): Promise<Hex> {
    return (await this.#open()).wallet.signTypedData(account, data)
  }

  async sendCall(account: Hex, call: { readonly to: Hex; readonly data: Hex }): Promise<Hex> {
    return (await this.#open()).wallet.sendCall(account, call)
  }

  async switchTo(network: Network): Promise<void> {
    await (await this.#open()).wallet.switchTo(network)
  }

  async disconnect(): Promise<void> {
    this.#giveUp?.(new WalletError('pairingEnded', 'The pairing was cancelled.'))
    const opened = this.#opened
    if (!opened) return
    if (opened.provider.session) await opened.provider.disconnect().catch(() => undefined)
    opened.wallet.end()
    await this.#hangUp(opened.provider)
  }

  /**
   * Waits for a phone. The library's own `connect` never settles while the relay is silent, and its own way to abort does
   * nothing in this version, so the wait is ours and ends with the connection to the relay.
   */
  async #pair(provider: Provider): Promise<void> {
    const given = new Promise<never>((_, reject) => {
      this.#giveUp = reject
    })
    const alarm = setTimeout(() => {
      this.#giveUp?.(new WalletError('relaySilent', `The relay gave no answer in ${relayMsMax / 1_000} s.`))
    }, relayMsMax)
    const show = (uri: string) => {
      clearTimeout(alarm)
      this.#options.showUri(uri)
    }
    provider.on('display_uri', show)
    try {
      await Promise.race([provider.connect(), given])
    } catch (error) {
      await this.#hangUp(provider)
      throw isExpiry(error)
        ? new WalletError('pairingEnded', 'Nobody scanned the code in time.', error)
        : walletErrorOf(error)
    } finally {
      clearTimeout(alarm)
      this.#giveUp = undefined
      provider.removeListener('display_uri', show)
      this.#options.showUri(undefined)
    }
  }

  async #open(): Promise<{ readonly provider: Provider; readonly wallet: RpcWallet }> {
    if (this.#opened) return this.#opened
    const { projectId, relayUrl, isLocal, network, page, storageOptions } = this.#options
    const library = await import('@walletconnect/ethereum-provider').catch((error: unknown) => {
      throw new WalletError('unreachable', 'The part of the page for WalletConnect did not load.', error)
    })
    const provider = await library.EthereumProvider.init({
      projectId,
      relayUrl,
      // Chains that a wallet must have would make most of them decline.
      optionalChains: [network.chainId],
      rpcMap: { [network.chainId]: network.rpcUrl },
      showQrModal: false,
      telemetryEnabled: false,
      // The page has its own words for what goes wrong.
      logger: 'silent',
      metadata: { ...page, icons: [] },
      ...(storageOptions && { storageOptions }),
    })
    if (isLocal) vouchForNobody(provider)
    const wallet = new RpcWallet(this.info, provider as unknown as RpcProvider)
    wallet.onChange((state) => {
      for (const listener of this.#listeners) listener(state)
    })
    this.#opened = { provider, wallet }
    return this.#opened
  }

  /** The library would call the relay again and again. The next pairing starts afresh; the one given up runs out by itself. */
  async #hangUp({ signer }: Provider): Promise<void> {
    this.#opened = undefined
    await signer.client.core.relayer.transportClose().catch(() => undefined)
    signer.client.core.heartbeat.stop()
  }
}

function isExpiry(error: unknown): boolean {
  return error instanceof Error && /expired/i.test(error.message)
}

/** Nobody is asked who the page is, and who the wallet is: with a relay of our own there is nobody to ask. */
function vouchForNobody({ signer }: Provider): void {
  const { verify } = signer.client.core
  verify.register = () => Promise.resolve('')
  verify.resolve = () => Promise.resolve(undefined as never)
}
