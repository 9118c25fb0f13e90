import { createPublicClient, custom, type PublicClient } from 'viem'
import type { Hex } from '#protocol/bytes.ts'
import { walletLinkTypedData, type WalletLink } from '#protocol/wallet-link.ts'

/** Whether a wallet signed something. Smart accounts are contracts, so it is the chain that says so. */
export interface SignatureChecker {
  hasSignedMessage(wallet: Hex, message: string, signature: Hex): Promise<boolean>
  hasSignedLink(wallet: Hex, link: WalletLink, signature: Hex): Promise<boolean>
}

/**
 * Asks the chain: keys by recovery, deployed smart accounts by ERC-1271, those not deployed yet by ERC-6492.
 *
 * @param relayRpc one JSON-RPC call, limited to reads
 */
export function chainSignatureChecker(relayRpc: (request: unknown) => Promise<unknown>): SignatureChecker {
  const client: PublicClient = createPublicClient({ transport: custom({ request: relayRpc }) })
  return {
    hasSignedMessage: (wallet, message, signature) =>
      client.verifyMessage({ address: wallet, message, signature }),
    hasSignedLink: (wallet, link, signature) =>
      client.verifyTypedData({ address: wallet, ...walletLinkTypedData(link), signature }),
  }
}
