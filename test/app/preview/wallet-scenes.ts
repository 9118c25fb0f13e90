import { pairingCodeOf } from '#web/edge/wallet/qr.ts'
import { idleWalletView, type WalletInfo, type WalletView } from '#web/core/wallet-view.ts'

const picture = (colour: string) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="${colour}"/><path d="M2 5l2-3 2 3z" fill="white"/></svg>`)}`

const account = '0x71c7656ec7ab88b098defb751b7401b5f6d89760'
const otherAccount = '0x1b2a4bd1e07a36558c90aa17e3d4f6b2c8150d7e'
const foxWallet: WalletInfo = {
  kind: 'injected',
  id: 'example.fox',
  name: 'Fox Wallet',
  icon: picture('#d4692a'),
}
const plainWallet: WalletInfo = {
  kind: 'injected',
  id: 'example.plain',
  name: 'A wallet with a remarkably long name, and without a picture',
  icon: undefined,
}
const phone: WalletInfo = { kind: 'walletConnect', id: 'walletConnect', name: undefined, icon: undefined }
const uri = `wc:7f6e504bfad60b485450578e05678ed3e8e8c4751d3c6160be17160d63ec90f9@2?relay-protocol=irn&symKey=587d5484ce2a2a6ee3ba1962fdd7e8588e06200c46823bd18fbd67def96ad303&expiryTimestamp=1800000000`

export const injectedScene = {
  kind: 'connected',
  wallet: foxWallet,
  account,
  isOnRightNetwork: true,
} as const

const free: WalletView = {
  ...idleWalletView,
  link: { wallet: null, pending: null },
  terms: {
    pushesClaims: true,
    relinkMs: 86_400_000,
    chainName: 'MASK development network',
    offersWalletConnect: true,
  },
}
const linked: WalletView = {
  ...free,
  connection: injectedScene,
  link: { wallet: account, pending: null },
  sums: { claimableWei: 1_250_400_000_000_000_000n, claimedWei: 18_006_000_000_000_000_000n },
}
const manual = { pushesClaims: false, relinkMs: 86_400_000, chainName: 'MASK', offersWalletConnect: true }

/** What the wallet panel shows in each picture taken of it. */
export const walletScenes = {
  free,
  choosing: { ...free, connection: { kind: 'choosing', wallets: [foxWallet, plainWallet, phone] } },
  nothingFound: { ...free, connection: { kind: 'choosing', wallets: [] } },
  asking: { ...free, connection: { kind: 'asking', wallet: foxWallet } },
  waitingForRelay: { ...free, connection: { kind: 'pairing', code: undefined } },
  pairing: { ...free, connection: { kind: 'pairing', code: pairingCodeOf(uri) } },
  connected: { ...free, connection: injectedScene },
  signing: { ...free, connection: injectedScene, task: 'signing' },
  declined: { ...free, connection: injectedScene, fault: { kind: 'rejected', quote: undefined } },
  wrongNetwork: { ...free, connection: { ...injectedScene, isOnRightNetwork: false } },
  linked,
  linkedElsewhere: { ...linked, connection: { kind: 'none' } },
  changing: {
    ...linked,
    connection: { ...injectedScene, account: otherAccount },
    link: { wallet: account, pending: { wallet: otherAccount, effectiveAtMs: 1_800_000_000_000 } },
  },
  claimable: { ...linked, terms: manual },
  claiming: {
    ...linked,
    terms: manual,
    claim: { kind: 'pending', transaction: `0x${'3c'.repeat(32)}` },
  },
  claimFailed: {
    ...linked,
    terms: manual,
    claim: { kind: 'failed', transaction: `0x${'3c'.repeat(32)}` },
    fault: { kind: 'claimFailed', quote: undefined },
  },
} satisfies Record<string, WalletView>

export function isWalletSceneName(name: string): name is keyof typeof walletScenes {
  return name in walletScenes
}
