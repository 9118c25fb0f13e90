/** How long the GPU was busy out of how long, both since one beginning. */
export interface UsageSample {
  readonly busyMs: number
  readonly elapsedMs: number
}

/** Long enough to even out single submits, short enough to follow the slider. */
const windowMs = 10_000

/** Samples closer together than this change nothing one could see. */
const stepMs = 500

/** The share of the last ten seconds in which the GPU was busy, from samples of ever growing sums. */
export class BusyShare {
  readonly #samples: UsageSample[] = []
  #share: number | undefined

  /** @returns 0 to 1; undefined until a second has been seen. */
  note(sample: UsageSample): number | undefined {
    const latest = this.#samples.at(-1)
    if (latest && sample.elapsedMs - latest.elapsedMs < stepMs) return this.#share
    this.#samples.push(sample)
    // The oldest that is kept lies just outside of the window.
    while ((this.#samples[1]?.elapsedMs ?? Infinity) <= sample.elapsedMs - windowMs) this.#samples.shift()
    const oldest = this.#samples[0] ?? sample
    const elapsedMs = sample.elapsedMs - oldest.elapsedMs
    if (elapsedMs >= 1_000) this.#share = Math.min(1, (sample.busyMs - oldest.busyMs) / elapsedMs)
    return this.#share
  }
}
