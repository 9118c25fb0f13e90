/** The time, in Unix milliseconds; it never goes back. Tests drive their own. */
export interface Clock {
  nowMs(): number
}

/** The machine's clock, held still while somebody sets it back. */
export class SystemClock implements Clock {
  #lastMs = 0

  nowMs(): number {
    this.#lastMs = Math.max(this.#lastMs, Date.now())
    return this.#lastMs
  }
}
