import type { WalletInfo, Wallets, WalletView } from '#web/core/wallet-view.ts'
import { injectedScene, walletScenes } from './wallet-scenes.ts'

/** Wallets without wallets: they say what they are told to say, and note what the page asks for. */
export class ScriptedWallets implements Wallets {
  view: WalletView
  readonly asked: string[] = []
  readonly #listeners = new Set<(view: WalletView) => void>()

  constructor(view: WalletView) {
    this.view = view
  }

  onChange(listener: (view: WalletView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  open(): void {
    this.asked.push('open')
  }

  look(): void {
    this.asked.push('look')
    this.show({ connection: walletScenes.choosing.connection })
  }

  connect(wallet: WalletInfo): void {
    this.asked.push(`connect ${wallet.id}`)
    this.show({
      connection: wallet.kind === 'injected' ? { kind: 'asking', wallet } : walletScenes.pairing.connection,
    })
  }

  cancel(): void {
    this.asked.push('cancel')
    this.show({ connection: { kind: 'none' }, task: undefined })
  }

  link(): void {
    this.asked.push('link')
    this.show({ task: 'signingIn' })
  }

  unlink(): void {
    this.asked.push('unlink')
  }

  switchNetwork(): void {
    this.asked.push('switchNetwork')
    this.show({ connection: injectedScene })
  }

  claim(): void {
    this.asked.push('claim')
  }

  disconnect(): void {
    this.asked.push('disconnect')
    this.show({ connection: { kind: 'none' } })
  }

  show(changes: Partial<WalletView>): void {
    this.view = { ...this.view, ...changes }
    for (const listener of this.#listeners) listener(this.view)
  }
}
