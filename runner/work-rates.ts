import type { ChunkShare } from './chunk.ts'

/** A kernel of which nothing is known starts with so many workgroups. */
const workgroupsAtFirst = 4

/**
 * How many workgroups of each kernel fit into one submit, learned from what submits took. Pure: told times, never
 * reads a clock.
 *
 * A submit of n workgroups that took t when it should have taken T makes the next one n·T/t, but no less than n/4 and
 * no more than 2n. A short submit proves little: only one that took too long makes the next smaller.
 */
export class WorkRates {
  readonly #workgroupsPerMs = new Map<string, number>()

  /** Workgroups that should take `submitMs`; not whole, above zero. */
  roomFor(kernel: string, submitMs: number): number {
    const rate = this.#workgroupsPerMs.get(kernel)
    return rate === undefined ? workgroupsAtFirst : rate * submitMs
  }

  isKnown(kernel: string): boolean {
    return this.#workgroupsPerMs.has(kernel)
  }

  /**
   * Learns from one submit.
   *
   * @param shares what it held of each kernel.
   * @param load its share of a whole submit, as it was thought: 1 is `submitMs`.
   */
  learn(shares: ReadonlyMap<string, ChunkShare>, load: number, submitMs: number, tookMs: number): void {
    for (const [kernel, { room }] of shares) {
      const ran = room * load
      const next = clamp((ran * submitMs) / Math.max(tookMs, 0.001), ran / 4, ran * 2) / submitMs
      const known = this.#workgroupsPerMs.get(kernel) ?? room / submitMs
      const rate = tookMs > submitMs ? Math.min(known, next) : Math.max(known, next)
      this.#workgroupsPerMs.set(kernel, rate)
    }
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
