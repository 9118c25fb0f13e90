import { createPublicClient, createWalletClient, custom, defineChain, http } from 'viem'
import type { NetworkView } from '#protocol/api.ts'
import type { HttpApi } from '#client/sdk/http-api.ts'
import { addressOf, type Requester } from '#client/sdk/requester.ts'

/** How often a receipt is asked for; a local chain has it at once. */
const receiptPollMs = 500

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
