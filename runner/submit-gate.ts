import type { Pacer } from './pacer.ts'

/** Work for the GPU that waits for its turn. */
export interface SubmitOrder {
  /** An order that nobody wants any more is dropped. */
  wanted(): boolean
  /** Submits; the promise settles when the GPU is done. */
  submit(): Promise<unknown>
  /** How long the GPU may take, once all that came before is done. */
  readonly limitMs: number
  /** Called when the GPU takes longer. `culprit`: it is this order, and not one that it waits behind. */
  late(culprit: boolean): void
}

interface Submitted {
  readonly order: SubmitOrder
  readonly beganMs: number
}

interface Waiting {
  readonly order: SubmitOrder
  readonly started: PromiseWithResolvers<undefined>
  readonly ended: PromiseWithResolvers<number>
}

/**
 * The one way to the GPU for all jobs of a runner: first come, first served, at the pacer's pace, and under a
 * watchdog. A GPU works in order, so what is late is always what was submitted first.
 */
export class SubmitGate {
  readonly #pacer: Pacer
  readonly #waiting: Waiting[] = []
  readonly #inFlight: Submitted[] = []
  #restTimer: ReturnType<typeof setTimeout> | undefined
  #alarm: ReturnType<typeof setTimeout> | undefined

  constructor(pacer: Pacer) {
    this.#pacer = pacer
  }

  /** Resolves `started` once submitted, `ended` with the GPU's time once done. Both fail if submitting does. */
  enter(order: SubmitOrder): { readonly started: Promise<undefined>; readonly ended: Promise<number> } {
    const waiting: Waiting = { order, started: Promise.withResolvers(), ended: Promise.withResolvers() }
    // Whoever gave up on one of the two hears of it through the other.
    waiting.started.promise.catch(() => undefined)
    waiting.ended.promise.catch(() => undefined)
    this.#waiting.push(waiting)
    this.look()
    return { started: waiting.started.promise, ended: waiting.ended.promise }
  }

  /** Lets in what may come in: call it when the pace has changed. */
  look(): void {
    clearTimeout(this.#restTimer)
    for (;;) {
      while (this.#waiting[0]?.order.wanted() === false) this.#waiting.shift()
      const [next] = this.#waiting
      const waitMs = this.#pacer.waitMs(performance.now())
      if (!next || waitMs === undefined) return
      if (waitMs > 0) {
        this.#restTimer = setTimeout(() => {
          this.look()
        }, waitMs)
        return
      }
      this.#waiting.shift()
      void this.#start(next)
    }
  }

  async #start({ order, started, ended }: Waiting): Promise<void> {
    const submitted = { order, beganMs: performance.now() }
    this.#pacer.began()
    this.#inFlight.push(submitted)
    if (this.#inFlight.length === 1) this.#watch()
    try {
      const done = order.submit()
      started.resolve(undefined)
      await done
      ended.resolve(this.#leave(submitted) ?? 0)
    } catch (error) {
      this.#leave(submitted)
      started.reject(error)
      ended.reject(error)
    }
    this.look()
  }

  /** Its GPU time; nothing for one that was given up. */
  #leave(submitted: Submitted): number | undefined {
    const place = this.#inFlight.indexOf(submitted)
    if (place < 0) return undefined
    this.#inFlight.splice(place, 1)
    if (place === 0) this.#watch()
    return this.#pacer.ended(submitted.beganMs, performance.now())
  }

  /** Watches the submit that the GPU is at. */
  #watch(): void {
    clearTimeout(this.#alarm)
    const [head] = this.#inFlight
    if (!head) return
    this.#alarm = setTimeout(() => {
      const stuck = [...this.#inFlight]
      for (const submitted of stuck) this.#leave(submitted)
      for (const { order } of stuck) order.late(order === head.order)
      this.look()
    }, head.order.limitMs)
  }
}
