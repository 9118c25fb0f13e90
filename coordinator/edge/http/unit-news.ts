/** Gathers which units have changed until somebody has time to hear of it. One listener. */
export class UnitNews {
  #changed: Set<number> | undefined
  #ended = false
  #wake: () => void = () => undefined

  /** More units have changed; none named means that the job itself has. */
  add(units: Iterable<number>): void {
    this.#changed = new Set([...(this.#changed ?? []), ...units])
    this.#wake()
  }

  end(): void {
    this.#ended = true
    this.#wake()
  }

  /** What has changed since the last call, as soon as there is something; `quiet` after so many milliseconds without. */
  async next(patienceMs: number): Promise<ReadonlySet<number> | 'quiet' | 'ended'> {
    if (!this.#changed && !this.#ended) await this.#sleep(patienceMs)
    if (this.#ended) return 'ended'
    const changed = this.#changed
    this.#changed = undefined
    return changed ?? 'quiet'
  }

  #sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
