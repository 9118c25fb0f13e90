import { BaseError, HttpRequestError, parseSignature, UserRejectedRequestError, type Address } from 'viem'
import { jobEscrow, maskToken } from '#contracts/artifacts.ts'
import { faucetViewSchema, type NetworkView } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import { formatMask } from '#protocol/money.ts'
import type { JobId } from '#protocol/ids.ts'
import type { HttpApi } from '#client/sdk/http-api.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import type { ConnectedRequester } from '#client/sdk/connect-requester.ts'

/** From then on anybody may send what is unspent back to the requester. */
const refundAfterSeconds = 7n * 24n * 3600n
/** A permit is used at once; an old one must not lie around. */
const permitSeconds = 3600n
/** Funding with a permit takes about 120,000 gas; twice that leaves room. */
const gasReserve = 250_000n

/** `IJobEscrow.JobState`, in its order. */
const escrowStates = ['unknown', 'open', 'closed', 'refunded'] as const

/** What is still to be paid in before the escrow holds `budgetWei` for the job. */
export async function missingFunds(
  network: NetworkView,
  requester: ConnectedRequester,
  job: JobId,
  budgetWei: bigint,
): Promise<bigint> {
  return onChain('read the escrow', async () => {
    const { escrow: address } = network.contracts
    const held = await requester.reader.readContract({
      address,
      abi: jobEscrow.abi,
      functionName: 'jobs',
      args: [job],
    })
    // An ended job was funded once, and can be neither funded again nor owe anything.
    if (escrowStates[held.state] === 'closed' || escrowStates[held.state] === 'refunded') return 0n
    return held.funded >= budgetWei ? 0n : budgetWei - held.funded
  })
}

/**
 * Sees to it that the requester can pay: in a development network the faucet is asked first.
 *
 * @throws {MaskError} `balanceTooSmall` with the sums.
 */
export async function ensureBalance(
  api: HttpApi,
  network: NetworkView,
  requester: ConnectedRequester,
  neededWei: bigint,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { address } = requester
  const before = await balancesOf(network, requester)
  if (before.maskWei >= neededWei && before.gasSuffices) return
  if (network.development) {
    const granted = await api.post('/api/v1/faucet', { address }, faucetViewSchema, { signal })
    await receiptOf(requester, granted.transaction)
  }
  const { maskWei, gasSuffices } = network.development ? await balancesOf(network, requester) : before
  if (maskWei < neededWei)
    throw new MaskError(
      'balanceTooSmall',
      `The account holds ${formatMask(maskWei)} MASK; the job needs ${formatMask(neededWei)}.`,
      { where: address, next: 'Send MASK to the account, or lower the budget in job.json.' },
    )
  if (!gasSuffices)
    throw new MaskError('balanceTooSmall', 'The account cannot pay the gas of the funding.', {
      where: address,
      next: `Send ETH of chain ${network.chainId} to the account.`,
    })
}

/** Pays `amountWei` into the escrow for the job with this salt, in one transaction. Returns its hash. */
export async function fundJob(
  network: NetworkView,
  requester: ConnectedRequester,
  salt: Hex,
  amountWei: bigint,
): Promise<Hex> {
  const { escrow } = network.contracts
  const transaction = await onChain('fund the job', async () => {
    // By the chain's own clock, which the contract compares with.
    const { timestamp } = await requester.reader.getBlock()
    const deadline = timestamp + permitSeconds
    const { v, r, s } = await signPermit(network, requester, amountWei, deadline)
    const args = [salt, amountWei, timestamp + refundAfterSeconds, deadline, v, r, s] as const
    const call = { address: escrow, abi: jobEscrow.abi, functionName: 'fundWithPermit', args } as const
    return requester.sender.writeContract({
      ...call,
      chain: requester.chain,
      ...(await transactionTerms(requester, call)),
    })
  })
  await receiptOf(requester, transaction)
  return transaction
}

/**
 * Gas, number and fees of the transaction. All are asked for one by one, because viem would else first try
 * `eth_fillTransaction`, which a coordinator's `/rpc` rightly refuses. A wallet chooses its own.
 */
async function transactionTerms(
  { reader, sender, address, chain }: ConnectedRequester,
  call: Parameters<ConnectedRequester['reader']['estimateContractGas']>[0],
) {
  // Also the rehearsal: a call that would revert is refused here with its reason.
  const gas = await reader.estimateContractGas({ ...call, account: address })
  if (sender.account.type !== 'local') return {}
  const nonce = await reader.getTransactionCount({ address, blockTag: 'pending' })
  const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas()
  return { chainId: chain.id, gas: (gas * 12n) / 10n, nonce, maxFeePerGas, maxPriorityFeePerGas }
}

/** ERC-2612: lets the escrow take exactly `amountWei`. */
async function signPermit(
  network: NetworkView,
  requester: ConnectedRequester,
  amountWei: bigint,
  deadline: bigint,
) {
  const { token, escrow } = network.contracts
  const owner: Address = requester.address
  const nonce = await requester.reader.readContract({
    address: token,
    abi: maskToken.abi,
    functionName: 'nonces',
    args: [owner],
  })
  const signature = await requester.sender.signTypedData({
    domain: { name: 'MASK', version: '1', chainId: network.chainId, verifyingContract: token },
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
    message: { owner, spender: escrow, value: amountWei, nonce, deadline },
  })
  const { r, s, yParity } = parseSignature(signature)
  return { v: 27 + yParity, r, s }
}

async function balancesOf(network: NetworkView, requester: ConnectedRequester) {
  return onChain('read the balance', async () => {
    const { reader, address } = requester
    const [maskWei, gasWei, gasPriceWei] = await Promise.all([
      reader.readContract({
        address: network.contracts.token,
        abi: maskToken.abi,
        functionName: 'balanceOf',
        args: [address],
      }),
      reader.getBalance({ address }),
      reader.getGasPrice(),
    ])
    return { maskWei, gasSuffices: gasWei >= gasPriceWei * gasReserve }
  })
}

/** Waits for the receipt: a second send before it can wedge the account's queue. */
async function receiptOf(requester: ConnectedRequester, transaction: Hex): Promise<void> {
  const receipt = await onChain('wait for the receipt', () =>
    requester.reader.waitForTransactionReceipt({ hash: transaction }),
  )
  if (receipt.status === 'success') return
  throw new MaskError('fundingFailed', 'The transaction was mined and reverted.', {
    where: transaction,
    next: 'Submit again with the same nonce: nothing was paid.',
  })
}

async function onChain<Value>(what: string, step: () => Promise<Value>): Promise<Value> {
  try {
    return await step()
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause
    const lost = cause.walk((error) => error instanceof HttpRequestError) !== null
    const declined = cause.walk((error) => error instanceof UserRejectedRequestError) !== null
    const why = declined ? 'the wallet declined' : cause.shortMessage.replace(/\.$/, '')
    throw new MaskError(lost ? 'unreachable' : 'fundingFailed', `Could not ${what}: ${why}.`, {
      where: 'chain',
      next: 'Submit again with the same nonce: what is paid is never paid twice.',
      retryable: lost,
      cause,
    })
  }
}
