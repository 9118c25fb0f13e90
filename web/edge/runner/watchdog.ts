import { Interruption } from '../interruption.ts'
import { RunnerError } from './runner-error.ts'

/**
 * Notices a kernel that does not end. The GPU works through units in order, so what counts is the time without any
 * unit ending while some are in flight: a unit that waits behind another is not late.
 */
export class Watchdog {
  readonly #limitMs: number
  #inFlight = 0
  #alarm: ReturnType<typeof setTimeout> | undefined
  readonly #hang = new Interruption()

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /**
   * The outcome of a unit that is on the GPU.
   *
   * @throws {RunnerError} `hung` once nothing has ended for the limit; from then on always.
   */
  async watch<T>(unit: Promise<T>): Promise<T> {
    this.#inFlight += 1
    if (this.#inFlight === 1) this.#restart()
    try {
      return await this.unlessHung(unit)
    } finally {
      this.#inFlight -= 1
      this.#restart()
    }
  }

  /** The outcome of something that waits for units to end. */
  unlessHung<T>(waiting: Promise<T>): Promise<T> {
    return this.#hang.guard(waiting)
  }

  #restart(): void {
    clearTimeout(this.#alarm)
    if (this.#inFlight === 0) return
    this.#alarm = setTimeout(() => {
      const message = `The kernel has not ended a unit for ${this.#limitMs} ms.`
      this.#hang.interrupt(new RunnerError('hung', message))
    }, this.#limitMs)
  }
}
