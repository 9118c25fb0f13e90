import type { Pace } from './pace.ts'

/** Two submits in flight keep a GPU busy; a third only makes it answer later. */
const inFlightMax = 2

/**
 * When the next submit may start, so that the GPU is busy for no more than its share of the time. Pure: told the
 * time, never reads a clock.
 */
export class Pacer {
  #pace: Pace
  #paused = false
  #inFlight = 0
  #lastEndMs = -Infinity
  #lastTookMs = 0
  #busyMs = 0

  constructor(pace: Pace) {
    this.#pace = pace
  }

  get submitMs(): number {
    return this.#pace.submitMs
  }

  /** GPU time of all submits that ended. */
  get busyMs(): number {
    return this.#busyMs
  }

  setPace(pace: Pace): void {
    if (!(pace.duty > 0 && pace.duty <= 1) || !(pace.submitMs > 0))
      throw new RangeError('a pace has a duty above 0 up to 1 and a submit time above 0; to stop, pause')
    this.#pace = pace
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  /** How long the next submit has to wait; `undefined`: until something else happens. */
  waitMs(nowMs: number): number | undefined {
    const { duty } = this.#pace
    if (this.#paused || this.#inFlight >= (duty < 1 ? 1 : inFlightMax)) return undefined
    const restMs = (this.#lastTookMs * (1 - duty)) / duty
    return Math.max(0, this.#lastEndMs + restMs - nowMs)
  }

  began(): void {
    this.#inFlight += 1
  }

  /**
   * A submit ended. Returns its GPU time: submits run one after the other, so that one does not begin before the
   * last has ended.
   */
  ended(beganMs: number, nowMs: number): number {
    this.#inFlight -= 1
    const tookMs = nowMs - Math.max(beganMs, this.#lastEndMs)
    this.#lastEndMs = nowMs
    this.#lastTookMs = tookMs
    this.#busyMs += tookMs
    return tookMs
  }
}
