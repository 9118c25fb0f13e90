import { getAddress } from 'viem'
import { createSiweMessage } from 'viem/siwe'
import type { Hex } from '#protocol/bytes.ts'
import type { WalletApi } from './wallet-api.ts'
import type { Wallet } from './wallet.ts'

/** Said in the wallet above the technical lines. Sign-in messages are ASCII by their standard. */
const statement = 'Sign in to MASK to say where your pay goes. This moves no coins and approves no spending.'

/**
 * Signs a wallet in at the coordinator (EIP-4361) and gives back the token, which belongs in memory only.
 *
 * @param origin of the page, as its address bar shows it
 * @throws {WalletError}
 */
export async function signIn(
  api: WalletApi,
  wallet: Wallet,
  { account, chainId, origin }: { readonly account: Hex; readonly chainId: number; readonly origin: string },
): Promise<string> {
  const { nonce, issuedAtMs, expiresAtMs } = await api.nonce()
  const message = createSiweMessage({
    address: getAddress(account),
    chainId,
    domain: new URL(origin).host,
    uri: origin,
    version: '1',
    statement,
    nonce,
    // By the coordinator's clock: this device's may be wrong.
    issuedAt: new Date(issuedAtMs),
    expirationTime: new Date(expiresAtMs),
  })
  const signature = await wallet.signMessage(account, message)
  const { token } = await api.signIn({ message, signature })
  return token
}
