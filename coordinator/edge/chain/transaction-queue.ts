import type { Account, Chain as ViemChain, PublicClient, Transport } from 'viem'
import type { Hex } from '#protocol/bytes.ts'
import { replacementFees, type Fees } from './fees.ts'

/** A transaction before it has a nonce, fees and a signature. */
export interface Call {
  readonly to: Hex
  readonly data?: Hex
  readonly value?: bigint
}

export interface TransactionQueueOptions {
  readonly reader: PublicClient<Transport, ViemChain>
  /** Signs here: the node holds no key. */
  readonly account: Account
  /** A transaction counts once so many blocks, its own included, hold it. */
  readonly confirmations: number
  /** Without a receipt for so long, it is sent again with higher fees. */
  readonly bumpAfterMs?: number
  /** Without enough confirmations for so long, its sender hears of a failure. */
  readonly limitMs?: number
  readonly pollMs?: number
}

/**
 * Sends the transactions of one account, one at a time, each until it is in the chain to stay.
 *
 * A node can wedge its queue for ever when a nonce arrives while the block with the one before is being made, and may
 * forget a transaction whose fee has become too low. So the next one waits for the receipt of this one; and a nonce is the
 * number of the account's transactions in blocks, never of those that wait: whatever waits is replaced, also what a former
 * life of ours has left there.
 */
export class TransactionQueue {
  readonly #options: Required<TransactionQueueOptions>
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: TransactionQueueOptions) {
    this.#options = {
      bumpAfterMs: 20_000,
      limitMs: 180_000,
      pollMs: options.reader.pollingInterval,
      ...options,
    }
  }

  /** Runs steps that belong together after all that were queued before, whether those succeeded or not. */
  run<Value>(steps: (send: (call: Call) => Promise<Hex>) => Promise<Value>): Promise<Value> {
    const begin = () => steps((call) => this.#send(call))
    const result = this.#last.then(begin, begin)
    this.#last = result.catch(() => undefined)
    return result
  }

  /**
   * Gas is estimated first, so a call that would revert throws and costs nothing.
   *
   * @returns the hash under which it is in the chain
   * @throws Error when it was reverted, when another took its nonce, or when the limit is over
   */
  async #send({ to, data = '0x', value = 0n }: Call): Promise<Hex> {
    const { reader, account, bumpAfterMs, limitMs } = this.#options
    const estimated = await reader.estimateGas({ account, to, data, value })
    const nonce = await reader.getTransactionCount({ address: account.address, blockTag: 'latest' })
    const call = { to, data, value, gas: (estimated * 12n) / 10n, nonce, chainId: reader.chain.id }
    const sent: Hex[] = []
    let fees: Fees | undefined
    const endMs = Date.now() + limitMs
    while (Date.now() < endMs) {
      fees = await this.#submit(call, fees, sent)
      const found = await this.#confirmed(sent, Math.min(endMs, Date.now() + bumpAfterMs))
      if (found) return found
    }
    throw new Error(
      `no transaction with nonce ${nonce} has ${this.#options.confirmations} confirmations after ${limitMs / 1_000} s; sent were ${sent.join(', ')}`,
    )
  }

  /** Sends the call with fees above those before, and above those of whatever has its place. */
  async #submit(
    call: { to: Hex; data: Hex; value: bigint; gas: bigint; nonce: number; chainId: number },
    former: Fees | undefined,
    sent: Hex[],
  ): Promise<Fees> {
    const { reader, account } = this.#options
    let fees = replacementFees(former, await reader.estimateFeesPerGas())
    for (let attempts = 0; attempts < 20; attempts += 1) {
      if (!account.signTransaction) throw new Error('the account cannot sign')
      const serializedTransaction = await account.signTransaction({ ...call, ...fees, type: 'eip1559' })
      try {
        sent.push(await reader.sendRawTransaction({ serializedTransaction }))
        return fees
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error)
        if (/already (known|imported)/i.test(said)) return fees
        // What we sent before has come in meanwhile: its receipt is what we wait for.
        if (/nonce too low/i.test(said) && sent.length > 0) return fees
        if (!/underpriced/i.test(said)) throw error
        fees = replacementFees(fees, fees)
      }
    }
    throw new Error(`another transaction holds nonce ${call.nonce} at fees we do not go to`)
  }

  /** The one of these that has enough confirmations, or undefined when none has until then. */
  async #confirmed(hashes: readonly Hex[], untilMs: number): Promise<Hex | undefined> {
    const { reader, confirmations, pollMs } = this.#options
    for (;;) {
      for (const hash of hashes) {
        const receipt = await this.#receiptOf(hash)
        if (!receipt) continue
        const height = await reader.getBlockNumber({ cacheTime: 0 })
        if (height - receipt.blockNumber + 1n < BigInt(confirmations)) continue
        // Asked once more: a block that was replaced while we looked has not been confirmed.
        const again = await this.#receiptOf(hash)
        if (again?.blockHash !== receipt.blockHash) continue
        if (receipt.status !== 'success') throw new Error(`transaction ${hash} was reverted`)
        return hash
      }
      if (Date.now() >= untilMs) return undefined
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async #receiptOf(hash: Hex) {
    return this.#options.reader.getTransactionReceipt({ hash }).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'TransactionReceiptNotFoundError') return undefined
      throw error
    })
  }
}
