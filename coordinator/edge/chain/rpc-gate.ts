import * as v from 'valibot'
import { Refusal } from '#protocol/refusal.ts'

/**
 * Methods others may call on the chain's node: reads, and transactions signed elsewhere. A development node
 * would otherwise let any web page mint coins, move time or sign with its accounts.
 */
const allowedMethods = [
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
  'net_version',
  'web3_clientVersion',
] as const

const requestSchema = v.object({
  method: v.picklist(allowedMethods, 'this method is not open to others'),
  params: v.optional(v.array(v.unknown()), []),
})

/**
 * Lets a JSON-RPC request pass, or not.
 *
 * @throws {Refusal} `unauthorised`
 */
export function checkRpcRequest(request: unknown): {
  method: (typeof allowedMethods)[number]
  params: unknown[]
} {
  const parsed = v.safeParse(requestSchema, request)
  if (parsed.success) return parsed.output
  throw new Refusal('unauthorised', `The chain's relay refuses: ${parsed.issues[0].message}.`, {
    next: `Use one of ${allowedMethods.join(', ')}.`,
  })
}
