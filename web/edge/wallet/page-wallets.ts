import type { Hex } from '#protocol/bytes.ts'
import type { WalletSettings } from '#protocol/wallet-api.ts'
import {
  idleWalletView,
  type WalletFault,
  type WalletInfo,
  type Wallets,
  type WalletTask,
  type WalletView,
} from '#web/core/wallet-view.ts'
import { claimCall } from './claim-call.ts'
import { InjectedWallets } from './injected-wallets.ts'
import { keepLastWallet, readLastWallet } from './last-wallet.ts'
import { signLink } from './linking.ts'
import { pairingCodeOf } from './qr.ts'
import { signIn } from './sign-in.ts'
import { WalletApi } from './wallet-api.ts'
import { faultOf } from './wallet-fault.ts'
import { WalletWatch } from './wallet-watch.ts'
import { walletConnectInfo, WalletConnectWallet } from './walletconnect-wallet.ts'
import { WalletError, type Network, type Wallet, type WalletState } from './wallet.ts'

/** Connects a wallet, signs in, links, claims; one thing at a time. */
export class PageWallets implements Wallets {
  readonly #baseUrl: string
  readonly #api: WalletApi
  readonly #watch: WalletWatch
  readonly #injected = new InjectedWallets()
  readonly #listeners = new Set<(view: WalletView) => void>()
  #view = idleWalletView
  #sessionKey: Hex | undefined
  #wallet: Wallet | undefined
  #state: WalletState | undefined
  /** Held in memory only, and for this account. */
  #token: string | undefined
  /** Raised when what is under way no longer matters. */
  #turn = 0
  /** The network that links and claims are for; known once a wallet is sought. */
  #chainId: number | undefined
  #endListening: (() => void)[] = []

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
    this.#api = new WalletApi(baseUrl)
    this.#watch = new WalletWatch(this.#api, (changes) => {
      this.#show(changes)
    })
  }

  get view(): WalletView {
    return this.#view
  }

  onChange(listener: (view: WalletView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  open(sessionKey: Hex): void {
    if (this.#sessionKey === sessionKey) return
    const isFirst = this.#sessionKey === undefined
    this.#sessionKey = sessionKey
    this.#watch.start(sessionKey)
    if (isFirst) void this.#restore()
  }

  look(): void {
    void this.#attempt(undefined, async () => {
      const { walletConnect } = await this.#watch.settings()
      const list = () => {
        const others = walletConnect ? [walletConnectInfo] : []
        this.#show({ connection: { kind: 'choosing', wallets: [...this.#injected.list(), ...others] } })
      }
      this.#endListening.push(
        this.#injected.onFound(() => {
          if (this.#view.connection.kind === 'choosing') list()
        }),
      )
      list()
    })
  }

  connect(info: WalletInfo): void {
    const { connection: before } = this.#view
    void this.#attempt(undefined, async (isCurrent) => {
      this.#show({
        connection:
          info.kind === 'injected' ? { kind: 'asking', wallet: info } : { kind: 'pairing', code: undefined },
      })
      try {
        const wallet = await this.#walletOf(info)
        if (!isCurrent()) return
        this.#wallet = wallet
        const state = await wallet.connect()
        if (!isCurrent()) return
        this.#adopt(wallet, state)
        await keepLastWallet(info)
      } catch (error) {
        if (isCurrent()) this.#show({ connection: before })
        throw error
      }
    })
  }

  cancel(): void {
    this.#turn += 1
    const { connection } = this.#view
    if (connection.kind === 'asking' || connection.kind === 'pairing') {
      if (this.#wallet && connection.kind === 'pairing') void this.#wallet.disconnect()
      this.#wallet = undefined
      this.look()
    } else if (connection.kind === 'choosing') this.#show({ connection: { kind: 'none' } })
    this.#show({ task: undefined, fault: undefined })
  }

  link(): void {
    void this.#attempt('signingIn', async (isCurrent) => {
      const { wallet, account, sessionKey } = this.#connected()
      const settings = await this.#watch.settings()
      const { chainId } = settings
      const token =
        this.#token ?? (await signIn(this.#api, wallet, { account, chainId, origin: this.#baseUrl }))
      if (!isCurrent()) return
      this.#token = token
      this.#show({ task: 'signing' })
      const link = await signLink(this.#api, settings, sessionKey, { wallet, account })
      if (!isCurrent()) return
      this.#show({ task: 'filing' })
      await this.#api.file(link, token).catch((error: unknown) => {
        // The coordinator may have been started again: the next attempt signs in anew.
        this.#token = undefined
        throw error
      })
      await this.#watch.look()
    })
  }

  unlink(): void {
    void this.#attempt('filing', async () => {
      const sessionKey = this.#sessionKey
      if (sessionKey === undefined) return
      await this.#api.file(await signLink(this.#api, await this.#watch.settings(), sessionKey), undefined)
      await this.#watch.look()
    })
  }

  switchNetwork(): void {
    void this.#attempt('switching', async () => {
      const settings = await this.#watch.settings()
      await this.#wallet?.switchTo(this.#network(settings))
    })
  }

  claim(): void {
    void this.#attempt('claiming', async (isCurrent) => {
      const { wallet, account, sessionKey } = this.#connected()
      const { contract } = await this.#watch.settings()
      const payee = this.#view.link?.wallet ?? sessionKey
      const { claim } = await this.#api.account(payee)
      if (!claim) return
      const transaction = await wallet.sendCall(account, { to: contract, data: claimCall(payee, claim) })
      if (!isCurrent()) return
      void this.#watch.follow(transaction, payee)
    })
  }

  disconnect(): void {
    this.#turn += 1
    const wallet = this.#wallet
    this.#leave(undefined)
    void keepLastWallet(undefined)
    void wallet?.disconnect()
  }

  async #restore(): Promise<void> {
    const last = await readLastWallet()
    if (!last || this.#wallet) return
    const turn = this.#turn
    try {
      await this.#watch.settings()
      const wallet = await this.#walletOf({ ...last, name: undefined, icon: undefined })
      const state = await wallet.restore()
      if (state && turn === this.#turn && this.#view.connection.kind === 'none') this.#adopt(wallet, state)
    } catch {
      // Nobody asked for it: the reader connects again when they want to.
    }
  }

  async #walletOf(info: WalletInfo): Promise<Wallet> {
    const settings = await this.#watch.settings()
    this.#chainId = settings.chainId
    if (info.kind === 'injected') {
      const wallet = await this.#injected.find(info.id)
      if (wallet) return wallet
      throw new WalletError('disconnected', `The wallet ${info.id} is not there any more.`)
    }
    const { walletConnect } = settings
    if (!walletConnect) throw new WalletError('unreachable', 'No relay is set up.')
    return new WalletConnectWallet({
      ...walletConnect,
      network: this.#network(settings),
      page: { name: 'MASK', description: 'Lend your GPU to open computations.', url: this.#baseUrl },
      showUri: (uri) => {
        if (this.#view.connection.kind === 'pairing')
          this.#show({
            connection: { kind: 'pairing', code: uri === undefined ? undefined : pairingCodeOf(uri) },
          })
      },
    })
  }

  #adopt(wallet: Wallet, state: WalletState): void {
    for (const end of this.#endListening.splice(0)) end()
    this.#wallet = wallet
    this.#endListening.push(
      wallet.onChange((changed) => {
        this.#hear(changed)
      }),
    )
    this.#showState(state)
  }

  #hear(state: WalletState): void {
    const before = this.#state?.account
    if (state.account === undefined) {
      this.#leave({ kind: 'disconnected', quote: undefined })
      void keepLastWallet(undefined)
      return
    }
    if (state.account !== before) {
      this.#turn += 1
      this.#signOut()
      this.#show({ task: undefined, fault: { kind: 'accountChanged', quote: undefined } })
    }
    this.#showState(state)
  }

  #leave(fault: WalletFault | undefined): void {
    this.#turn += 1
    for (const end of this.#endListening.splice(0)) end()
    this.#signOut()
    this.#wallet = undefined
    this.#state = undefined
    this.#show({ connection: { kind: 'none' }, task: undefined, fault })
  }

  #signOut(): void {
    const token = this.#token
    this.#token = undefined
    // Its time runs out anyway.
    if (token !== undefined) this.#api.signOut(token).catch(() => undefined)
  }

  #showState(state: WalletState): void {
    const { account, chainId } = state
    if (!this.#wallet || account === undefined) return
    this.#state = state
    const isOnRightNetwork = chainId === this.#chainId
    this.#show({ connection: { kind: 'connected', wallet: this.#wallet.info, account, isOnRightNetwork } })
  }

  /** Wallet, account and session key, all there and on the right network. */
  #connected(): { readonly wallet: Wallet; readonly account: Hex; readonly sessionKey: Hex } {
    const { connection } = this.#view
    if (!this.#wallet || connection.kind !== 'connected' || this.#sessionKey === undefined)
      throw new WalletError('disconnected', 'No wallet is connected.')
    if (!connection.isOnRightNetwork)
      throw new WalletError('wrongNetwork', 'The wallet is on another network.')
    return { wallet: this.#wallet, account: connection.account, sessionKey: this.#sessionKey }
  }

  /** Runs what was asked for, unless something else is under way; what goes wrong is shown. */
  async #attempt(
    task: WalletTask | undefined,
    run: (isCurrent: () => boolean) => Promise<void>,
  ): Promise<void> {
    if (this.#view.task) return
    this.#turn += 1
    const turn = this.#turn
    const isCurrent = () => turn === this.#turn
    this.#show({ task, fault: undefined })
    try {
      await run(isCurrent)
      if (isCurrent()) this.#show({ task: undefined })
    } catch (error) {
      if (isCurrent()) this.#show({ task: undefined, fault: faultOf(error) })
    }
  }

  #network({ chainId, chainName }: WalletSettings): Network {
    return { chainId, name: chainName, rpcUrl: new URL('/rpc', this.#baseUrl).href }
  }

  #show(changes: Partial<WalletView>): void {
    this.#view = { ...this.#view, ...changes }
    for (const listener of this.#listeners) listener(this.#view)
  }
}
