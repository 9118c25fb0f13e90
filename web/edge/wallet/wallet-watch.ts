import type { Hex } from '#protocol/bytes.ts'
import type { WalletSettings } from '#protocol/wallet-api.ts'
import type { WalletView } from '#web/core/wallet-view.ts'
import type { WalletApi } from './wallet-api.ts'

const refreshMs = 4_000
const receiptMs = 1_000

/** Where a session key's pay goes, what is there to claim, and how claims end: what changes without the reader's doing. */
export class WalletWatch {
  readonly #api: WalletApi
  readonly #show: (changes: Partial<WalletView>) => void
  #settings: WalletSettings | undefined
  #sessionKey: Hex | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: WalletApi, show: (changes: Partial<WalletView>) => void) {
    this.#api = api
    this.#show = show
  }

  /** Watches this session key from now on. */
  start(sessionKey: Hex): void {
    this.#sessionKey = sessionKey
    this.#show({ link: undefined, sums: undefined })
    this.#lookAgain()
  }

  /** What the coordinator's operator has set up, asked once. @throws {WalletError} */
  async settings(): Promise<WalletSettings> {
    this.#settings ??= await this.#api.settings()
    const { pushesClaims, relinkMs, chainName, walletConnect } = this.#settings
    const offersWalletConnect = walletConnect !== null
    this.#show({ terms: { pushesClaims, relinkMs, chainName, offersWalletConnect } })
    return this.#settings
  }

  /** Reads link and sums now. @throws {WalletError} */
  async look(): Promise<void> {
    const sessionKey = this.#sessionKey
    if (sessionKey === undefined) return
    await this.settings()
    const { wallet, pending } = await this.#api.link(sessionKey)
    const account = wallet === null ? undefined : await this.#api.account(wallet)
    if (sessionKey === this.#sessionKey) this.#show({ link: { wallet, pending }, sums: account })
  }

  /** Shows how a claim ends that the wallet has sent. */
  async follow(transaction: Hex, payee: Hex): Promise<void> {
    this.#show({ claim: { kind: 'pending', transaction } })
    let kind = await this.#outcome(transaction)
    while (!kind) {
      await new Promise((resolve) => setTimeout(resolve, receiptMs))
      kind = await this.#outcome(transaction)
    }
    if (kind === 'confirmed') await this.#api.lookForClaims(payee).catch(() => undefined)
    await this.look().catch(() => undefined)
    const fault = { kind: 'claimFailed', quote: undefined } as const
    this.#show({ claim: { kind, transaction }, ...(kind === 'failed' && { fault }) })
  }

  /** Again and again; a hidden page does not ask. */
  #lookAgain(): void {
    clearTimeout(this.#timer)
    const again = () => {
      this.#timer = setTimeout(() => {
        this.#lookAgain()
      }, refreshMs)
    }
    if (document.hidden) again()
    else
      void this.look()
        .catch(() => undefined)
        .finally(again)
  }

  /** A coordinator that gives no answer does not mean that the transaction has failed. */
  #outcome(transaction: Hex): Promise<'confirmed' | 'failed' | undefined> {
    return this.#api.outcome(transaction).catch(() => undefined)
  }
}
