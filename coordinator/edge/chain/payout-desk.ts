import { Worker } from 'node:worker_threads'
import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Earning } from '#protocol/payout-tree.ts'
import type { PayoutAnswer, PayoutQuestion } from './payout-worker.ts'

/** The part of an epoch that its root is made of. */
interface Payees {
  readonly number: number
  readonly earnings: readonly Earning[]
}

/** The root of an epoch in which nobody has earned anything. */
export const emptyRoot: Hex = `0x${'0'.repeat(64)}`

/** Roots and proofs of epochs, worked out in a worker thread that starts with the first question and keeps the last tree. */
export class PayoutDesk {
  readonly #waiting = new Map<number, PromiseWithResolvers<PayoutAnswer>>()
  #worker: Worker | undefined
  #lastId = 0
  /** Whose tree the worker has, once it has answered all that was asked. */
  #atHand: readonly Earning[] | undefined

  async rootOf(epoch: Payees): Promise<Hex> {
    if (epoch.earnings.length === 0) return emptyRoot
    return (await this.#ask(epoch, [])).root
  }

  /** The proofs of these payees, in their order; undefined for one without a leaf. */
  async proofsOf(
    epoch: Payees,
    payees: readonly ProviderId[],
  ): Promise<readonly (readonly Hex[] | undefined)[]> {
    if (epoch.earnings.length === 0) return payees.map(() => undefined)
    return (await this.#ask(epoch, payees)).proofs
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #ask({ number, earnings }: Payees, payees: readonly ProviderId[]): Promise<PayoutAnswer> {
    const worker = this.#worker ?? this.#start()
    this.#lastId += 1
    const known = this.#atHand === earnings
    this.#atHand = earnings
    const question: PayoutQuestion = {
      id: this.#lastId,
      epoch: number,
      earnings: known ? undefined : earnings,
      payees,
    }
    const answer = Promise.withResolvers<PayoutAnswer>()
    this.#waiting.set(question.id, answer)
    worker.postMessage(question)
    return answer.promise
  }

  #start(): Worker {
    const worker = new Worker(new URL('./payout-worker.ts', import.meta.url))
    this.#worker = worker
    // It never keeps the process from ending.
    worker.unref()
    worker.on('message', (answer: PayoutAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer)
      this.#waiting.delete(answer.id)
    })
    worker.on('error', (error: Error) => {
      this.#end(worker, error)
    })
    worker.on('exit', () => {
      this.#end(worker, new Error('the thread that builds payout trees has ended'))
    })
    return worker
  }

  /** Those who wait are told; the next question starts another thread. */
  #end(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#atHand = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
