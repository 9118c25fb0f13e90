import type { Address, EIP1193Provider, LocalAccount } from 'viem'
import type { Hex } from '#protocol/bytes.ts'

/** Who pays: an account whose key is here, or an address behind a wallet that signs and sends. */
export type Requester =
  | { readonly account: LocalAccount; readonly provider?: undefined }
  | { readonly account: Address; readonly provider: EIP1193Provider }

/** The requester's address as the protocol writes it, in lower case. */
export function addressOf(requester: Requester): Hex {
  const { account } = requester
  return (typeof account === 'string' ? account : account.address).toLowerCase() as Hex
}
