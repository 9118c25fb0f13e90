/**
 * A failure that may come at any time and ends all that is under way: a lost device, a dead worker.
 * Not `Promise.race` with one long-lived promise: that keeps every outcome there ever was in memory.
 */
export class Interruption {
  #error: Error | undefined
  readonly #underWay = new Set<(error: Error) => void>()

  /** What interrupted, if anything has. */
  get error(): Error | undefined {
    return this.#error
  }

  /** From now on everything fails with this. Only the first failure counts. */
  interrupt(error: Error): void {
    if (this.#error) return
    this.#error = error
    for (const reject of this.#underWay) reject(error)
    this.#underWay.clear()
  }

  /** The work's outcome, or the failure if that comes first. */
  async guard<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    if (this.#error) reject(this.#error)
    else this.#underWay.add(reject)
    work.then(resolve, reject)
    try {
      return await promise
    } finally {
      this.#underWay.delete(reject)
    }
  }
}
