import { encodeFunctionData, parseAbi } from 'viem'
import type { ProviderView } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'

/** The one call that a contributor's wallet is ever asked to send. It pays the leaf's account, whoever sends it. */
export const claimAbi = parseAbi(['function claim(address account, uint256 cumulative, bytes32[] proof)'])

/** The call that claims what the last root proves for an account. */
export function claimCall(account: Hex, { cumulativeWei, proof }: NonNullable<ProviderView['claim']>): Hex {
  return encodeFunctionData({ abi: claimAbi, functionName: 'claim', args: [account, cumulativeWei, proof] })
}
