import type { Config } from './config.ts'
import type { Event } from './core/events.ts'
import type { State } from './core/state.ts'
import type { Chain } from './edge/chain/chain.ts'
import type { Clock } from './edge/clock.ts'
import type { WalletServices } from './edge/http/http-services.ts'
import { chainSignatureChecker } from './edge/wallet/signature-checker.ts'
import { SignInDesk } from './edge/wallet/sign-in-desk.ts'
import { WalletDesk } from './wallet-desk.ts'

/** Where WalletConnect vouches for the page that asks a wallet to sign: asked, and shown in a frame, with its public relay only. */
const walletVerifier = 'https://verify.walletconnect.org'

export interface WalletServicesOptions {
  readonly config: Pick<Config, 'durations' | 'pushesClaims' | 'walletConnect'>
  readonly chainName: string
  readonly state: State
  readonly chain: Pick<Chain, 'chainId' | 'contracts' | 'relayRpc'>
  readonly clock: Clock
  /** Settles once what follows from an event is durable. */
  readonly handle: (event: Event) => Promise<void>
}

/** What the API about wallets stands on. */
export function walletServicesOf(options: WalletServicesOptions): WalletServices {
  const { config, chainName, state, chain, clock, handle } = options
  const { durations, pushesClaims, walletConnect } = config
  const { chainId, contracts } = chain
  const contract = contracts.settlement
  const checker = chainSignatureChecker((request) => chain.relayRpc(request))
  const signIn = new SignInDesk(clock, chainId, checker)
  const desk = new WalletDesk({ state, clock, chainId, contract, checker, handle })
  return {
    settings: () => ({
      ...{ chainId, chainName, contract, pushesClaims, relinkMs: durations.relinkMs },
      walletConnect: walletConnect ? { ...walletConnect, isLocal: isLocal(walletConnect.relayUrl) } : null,
    }),
    mintNonce: () => signIn.mintNonce(),
    signIn: (request, host) => signIn.signIn(request, host),
    signOut: (token) => {
      signIn.signOut(token)
    },
    walletOf: (token) => signIn.walletOf(token),
    view: (key) => desk.view(key),
    keysOf: (wallet) => desk.keysOf(wallet),
    link: (request) => desk.link(request),
  }
}

/** Other origins that the page may ask about a wallet. */
export function walletOriginsOf({ walletConnect }: Pick<Config, 'walletConnect'>): string[] {
  return walletConnect && !isLocal(walletConnect.relayUrl) ? [walletVerifier] : []
}

/** Whether a relay runs on this very machine. */
function isLocal(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}
