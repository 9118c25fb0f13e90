import { createHash } from 'node:crypto'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { Beacon, PublishRound } from './beacon.ts'

/**
 * A beacon for tests and simulations, driven by hand: SHA-256 of a seed and the round's number. Whoever has the seed
 * knows every round, so it protects nothing.
 */
export class SeededBeacon implements Beacon {
  readonly roundMs: number
  readonly #seed: string
  #publish: PublishRound | undefined
  #newest: number | undefined
  #latest: number | undefined

  /** @param newest the last round that has begun already */
  constructor(options: { readonly seed: number; readonly newest?: number; readonly roundMs?: number }) {
    this.#seed = `mask/beacon/${options.seed}/`
    this.#newest = options.newest
    this.roundMs = options.roundMs ?? 1_000
  }

  start(named: Iterable<number>, publish: PublishRound): Promise<void> {
    this.#publish = publish
    const newest = this.#newest
    if (newest === undefined) return Promise.resolve()
    const past = new Set([...named, newest].filter((round) => round >= 1 && round <= newest))
    for (const round of [...past].sort((left, right) => left - right)) this.#say(round)
    return Promise.resolve()
  }

  /** All rounds up to this one have begun. */
  reach(round: number): void {
    this.#newest = Math.max(round, this.#newest ?? 0)
    if (!this.#publish) return
    for (let next = (this.#latest ?? round - 1) + 1; next <= round; next += 1) this.#say(next)
  }

  latest(): number | undefined {
    return this.#latest
  }

  want(): void {
    // Its rounds are made by hand.
  }

  close(): Promise<void> {
    this.#publish = undefined
    return Promise.resolve()
  }

  #say(round: number): void {
    this.#latest = round
    this.#publish?.(round, this.#valueOf(round))
  }

  #valueOf(round: number): Hex {
    return toHex(createHash('sha256').update(`${this.#seed}${round}`).digest())
  }
}
