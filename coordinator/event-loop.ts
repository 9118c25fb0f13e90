import type { Effect } from './core/effects.ts'
import type { Event } from './core/events.ts'
import { checkMoney } from './core/invariants.ts'
import type { DurableRecord } from './core/records.ts'
import type { State } from './core/state.ts'
import { step } from './core/step.ts'
import type { Clock } from './edge/clock.ts'
import type { Store } from './edge/store/store.ts'

export interface EventLoopOptions {
  readonly state: State
  readonly store: Store
  readonly clock: Clock
  /** What the public log says of records, to become durable with them. */
  readonly entriesOf?: (records: readonly DurableRecord[]) => readonly Uint8Array[]
  /** Carries out an effect that is not `persist`. Must not throw. */
  readonly perform: (effects: readonly Effect[]) => void
  /** Whatever goes wrong in a decision or a commit ends the process: it starts again and recovers. */
  readonly onFatal: (error: unknown) => void
}

/**
 * Events in, one durable commit, effects out. A batch is everything that arrived while the last one was
 * being made durable (group commit), so no timer is needed and nothing is acknowledged before it is kept.
 */
export class EventLoop {
  readonly #options: EventLoopOptions
  #waiting: { event: Event; done: () => void }[] = []
  #running = false
  #dead = false

  constructor(options: EventLoopOptions) {
    this.#options = options
  }

  /** Queues an event. */
  post(event: Event): void {
    void this.handled(event)
  }

  /** Queues an event; settles once everything that follows from it is durable and its effects are under way. */
  handled(event: Event): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ event, done: resolve })
      if (!this.#running) void this.#run()
    })
  }

  /** Makes effects that come from elsewhere (recovery) durable and carries them out. */
  async adopt(effects: readonly Effect[]): Promise<void> {
    await this.#settle(effects)
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#waiting.length > 0 && !this.#dead) {
        const batch = this.#waiting
        this.#waiting = []
        const effects = batch.flatMap(({ event }) =>
          step(this.#options.state, event, this.#options.clock.nowMs()),
        )
        await this.#settle(effects)
        for (const { done } of batch) done()
        // Lets input in between two batches; otherwise a synchronous store would starve it.
        await new Promise(setImmediate)
      }
    } catch (error) {
      this.#dead = true
      this.#options.onFatal(error)
    } finally {
      this.#running = false
    }
  }

  async #settle(effects: readonly Effect[]): Promise<void> {
    const records = effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.record] : []))
    if (records.length > 0) {
      checkMoney(this.#options.state)
      await this.#options.store.commit(records, this.#options.entriesOf?.(records))
    }
    this.#options.perform(effects)
  }
}
