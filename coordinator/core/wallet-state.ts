import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'

/** What a session key and wallets have agreed so far. */
export interface ProviderWallets {
  /** Of the last link heard. */
  serial: number
  /** The links that are or were in effect, oldest first; the last one says who is paid. */
  readonly inEffect: {
    readonly wallet: Hex
    readonly serial: number
    /** What the provider's results had earned in all, up to which its pay went elsewhere. */
    readonly fromWei: bigint
  }[]
  /** A change that waits. */
  pending: WalletRow | undefined
}

/** The account to which a provider's pay accrues: its linked wallet, or its own. */
export function payeeOf(
  state: { readonly wallets: ReadonlyMap<ProviderId, ProviderWallets> },
  provider: ProviderId,
): Hex {
  return state.wallets.get(provider)?.inEffect.at(-1)?.wallet ?? provider
}

/** Where a session key's pay is to go, as it and the wallet have signed; see `protocol/wallet-link.ts`. */
export interface WalletRow {
  readonly provider: ProviderId
  readonly serial: number
  readonly wallet: Hex
  readonly expiresAtSeconds: number
  readonly sessionSignature: Hex
  /** The wallet's, 65 bytes or what a smart account takes for one. */
  readonly walletSignature: Hex
  /** `superseded`: another link came before this one took effect. */
  readonly state: 'pending' | 'inEffect' | 'superseded'
  readonly filedAtMs: number
  readonly effectiveAtMs: number
  /** Of a link in effect: what the provider had earned in all, up to which its pay went elsewhere. */
  readonly fromWei: bigint | undefined
}
