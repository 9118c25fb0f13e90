import {
  createPublicClient,
  createWalletClient,
  custom,
  defineChain,
  http,
  type Address,
  type EIP1193Provider,
  type LocalAccount,
} from 'viem'
import type { NetworkView } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { HttpApi } from '#client/sdk/http-api.ts'

/** Who pays: an account whose key is here, or an address behind a wallet that signs and sends. */
export type Requester =
  | { readonly account: LocalAccount; readonly provider?: undefined }
  | { readonly account: Address; readonly provider: EIP1193Provider }

/** How often a receipt is asked for; a local chain has it at once. */
const receiptPollMs = 500

/** The requester's address as the protocol writes it, in lower case. */
export function addressOf(requester: Requester): Hex {
  const { account } = requester
  return (typeof account === 'string' ? account : account.address).toLowerCase() as Hex
}

/** The requester at the chain: reads go through the coordinator's `/rpc`, sends through the wallet where there is one. */
export function connectRequester(api: HttpApi, network: NetworkView, requester: Requester) {
  const rpcUrl = `${api.baseUrl}/rpc`
  const chain = defineChain({
    id: network.chainId,
    name: network.name,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const rpc = http(rpcUrl, { fetchFn: api.fetch })
  return {
    address: addressOf(requester),
    chain,
    reader: createPublicClient({ chain, transport: rpc, pollingInterval: receiptPollMs }),
    sender: createWalletClient({
      chain,
      account: requester.account,
      transport: requester.provider ? custom(requester.provider) : rpc,
    }),
  }
}

export type ConnectedRequester = ReturnType<typeof connectRequester>
