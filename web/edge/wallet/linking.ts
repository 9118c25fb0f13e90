import type { Hex } from '#protocol/bytes.ts'
import type { WalletSettings } from '#protocol/wallet-api.ts'
import { walletLinkTypedData, type WalletLink } from '#protocol/wallet-link.ts'
import { signWithSessionKey } from './session-signer.ts'
import type { WalletApi } from './wallet-api.ts'
import type { Wallet } from './wallet.ts'

/** A link that both sides have signed. */
export interface SignedLink extends Pick<
  WalletLink,
  'sessionKey' | 'wallet' | 'serial' | 'expiresAtSeconds'
> {
  readonly sessionSignature: Hex
  readonly walletSignature: Hex
}

/**
 * Lets session key and wallet sign that the session key's pay goes to the wallet's account; without a wallet, that it goes
 * to the session key's own account.
 *
 * @throws {WalletError}
 */
export async function signLink(
  api: WalletApi,
  { chainId, contract }: Pick<WalletSettings, 'chainId' | 'contract'>,
  sessionKey: Hex,
  payee?: { readonly wallet: Wallet; readonly account: Hex },
): Promise<SignedLink> {
  const { next } = await api.link(sessionKey)
  const parts = { sessionKey, wallet: payee?.account ?? sessionKey, ...next }
  const link = { chainId, contract, ...parts }
  const sessionSignature = await signWithSessionKey(link)
  const walletSignature = payee
    ? await payee.wallet.signTypedData(payee.account, walletLinkTypedData(link))
    : sessionSignature
  return { ...parts, sessionSignature, walletSignature }
}
