import { createStore, type EIP6963ProviderDetail, type Store } from 'mipd'
import type { WalletInfo } from '#web/core/wallet-view.ts'
import { RpcWallet, type RpcProvider } from './rpc-wallet.ts'

/** Enough for a picture, too little to slow the page down. */
const iconCharactersMax = 200_000
/** Wallets announce themselves at once; one that is still starting gets so long. */
const announcementMsMax = 1_000

/** The wallets in this browser, as they announce themselves (EIP-6963). Nothing is asked before the first call. */
export class InjectedWallets {
  #store: Store | undefined

  list(): WalletInfo[] {
    return this.#found().map(infoOf)
  }

  /** Calls the listener when another wallet has announced itself; returns what ends that. */
  onFound(listener: () => void): () => void {
    return this.#opened().subscribe(listener)
  }

  /** The wallet with this reverse domain name; waits a moment for it. */
  async find(id: string): Promise<RpcWallet | undefined> {
    const look = () => this.#found().find(({ info }) => info.rdns === id)
    const detail =
      look() ??
      (await new Promise<EIP6963ProviderDetail | undefined>((resolve) => {
        const end = this.onFound(() => {
          const found = look()
          if (found) settle(found)
        })
        const timer = setTimeout(() => {
          settle(undefined)
        }, announcementMsMax)
        const settle = (found: EIP6963ProviderDetail | undefined) => {
          clearTimeout(timer)
          end()
          resolve(found)
        }
      }))
    return detail && new RpcWallet(infoOf(detail), detail.provider as unknown as RpcProvider)
  }

  #opened(): Store {
    this.#store ??= createStore()
    return this.#store
  }

  #found(): readonly EIP6963ProviderDetail[] {
    return this.#opened().getProviders()
  }
}

/** What a wallet says of itself is a stranger's word: text is shown as text, pictures only from the announcement itself. */
function infoOf({ info }: EIP6963ProviderDetail): WalletInfo {
  const { rdns, name, icon } = info
  const isPicture = /^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/.test(icon)
  return {
    kind: 'injected',
    id: rdns,
    name: name.slice(0, 60),
    icon: isPicture && icon.length <= iconCharactersMax ? icon : undefined,
  }
}
