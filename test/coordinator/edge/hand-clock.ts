import type { Clock } from '#coordinator/edge/clock.ts'

/** A clock that a test sets by hand. */
export class HandClock implements Clock {
  #nowMs = 1_700_000_000_000

  nowMs(): number {
    return this.#nowMs
  }

  pass(durationMs: number): void {
    this.#nowMs += durationMs
  }
}
