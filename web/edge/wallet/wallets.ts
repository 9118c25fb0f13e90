import type { Hex } from '#protocol/bytes.ts'
import { idleWalletView, type WalletInfo, type Wallets, type WalletView } from '#web/core/wallet-view.ts'

/**
 * The wallets of this page. What deals with them is loaded at the first call: until then there is no code, no socket and
 * nothing read.
 *
 * @param options `baseUrl`: the coordinator, which is also what a wallet is told is asking
 */
export function createWallets(options: { readonly baseUrl: string }): Wallets {
  return new LazyWallets(options.baseUrl)
}

class LazyWallets implements Wallets {
  readonly #baseUrl: string
  readonly #listeners = new Set<(view: WalletView) => void>()
  #view = idleWalletView
  #loaded: Promise<Wallets> | undefined

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  get view(): WalletView {
    return this.#view
  }

  onChange(listener: (view: WalletView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  open(sessionKey: Hex): void {
    this.#do((wallets) => {
      wallets.open(sessionKey)
    })
  }

  look(): void {
    this.#do((wallets) => {
      wallets.look()
    })
  }

  connect(wallet: WalletInfo): void {
    this.#do((wallets) => {
      wallets.connect(wallet)
    })
  }

  cancel(): void {
    this.#do((wallets) => {
      wallets.cancel()
    })
  }

  link(): void {
    this.#do((wallets) => {
      wallets.link()
    })
  }

  unlink(): void {
    this.#do((wallets) => {
      wallets.unlink()
    })
  }

  switchNetwork(): void {
    this.#do((wallets) => {
      wallets.switchNetwork()
    })
  }

  claim(): void {
    this.#do((wallets) => {
      wallets.claim()
    })
  }

  disconnect(): void {
    this.#do((wallets) => {
      wallets.disconnect()
    })
  }

  #do(act: (wallets: Wallets) => void): void {
    this.#loaded ??= this.#load()
    this.#loaded.then(act, (error: unknown) => {
      this.#loaded = undefined
      this.#show({ ...this.#view, fault: { kind: 'unreachable', quote: String(error) } })
    })
  }

  async #load(): Promise<Wallets> {
    const { PageWallets } = await import('./page-wallets.ts')
    const wallets = new PageWallets(this.#baseUrl)
    wallets.onChange((view) => {
      this.#show(view)
    })
    return wallets
  }

  #show(view: WalletView): void {
    this.#view = view
    for (const listener of this.#listeners) listener(view)
  }
}
