/**
 * Sends one transaction at a time from one account and waits for each receipt. A node can wedge its queue for
 * ever when a nonce arrives while the block with the one before is being made.
 */
export class TransactionQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs the sending after all that were queued before, whether those succeeded or not. */
  run<Value>(send: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(send, send)
    this.#last = result.catch(() => undefined)
    return result
  }
}
