import type { Wallets, WalletView } from '#web/core/wallet-view.ts'

/** The page's wallets as reactive state for the components. */
export class WalletStore {
  view: WalletView = $state.raw() as WalletView
  readonly ask: Omit<Wallets, 'view' | 'onChange'>

  constructor(wallets: Wallets) {
    this.ask = wallets
    this.view = wallets.view
    wallets.onChange((view) => {
      this.view = view
    })
  }
}
