import { parseSignature } from 'viem'
import type { Deployment } from './deployment.ts'

/** The requester's ERC-2612 permit for the escrow to take `value`, as a wallet signs it. */
export async function signPermit(
  { reader, requester, operator }: Deployment,
  value: bigint,
  deadline: bigint,
) {
  const owner = requester.account.address
  const signature = await requester.wallet.signTypedData({
    domain: {
      name: 'MASK',
      version: '1',
      chainId: await reader.getChainId(),
      verifyingContract: operator.token.address,
    },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: {
      owner,
      spender: operator.escrow.address,
      value,
      nonce: await operator.token.read.nonces([owner]),
      deadline,
    },
  })
  const { r, s, yParity } = parseSignature(signature)
  return { v: 27 + yParity, r, s }
}
