import type { Event } from '#coordinator/core/events.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Random } from '#test/simulation/random.ts'
import type { Timeline } from '#test/simulation/timeline.ts'
import type { Connection, Listener } from './tab-world.ts'

export interface WiresWorld {
  readonly timeline: Timeline
  readonly random: Random
  readonly conditions: { readonly lossRate: number }
  /** Whether things still go wrong. */
  readonly isTrouble: boolean
  /** Something has reached the coordinator. */
  readonly handle: (event: Event) => void
}

/** The connections between tabs and the coordinator: slow, and now and then cut. */
export class Wires {
  readonly #world: WiresWorld
  readonly #connections = new Map<string, Connection>()
  #sessions = 0
  /** Raised when the coordinator ends: what was on its way to it is lost. */
  #life = 0

  constructor(world: WiresWorld) {
    this.#world = world
  }

  connect(tab: Listener): Connection {
    this.#sessions += 1
    const { nowMs } = this.#world.timeline
    const session = `session-${this.#sessions}`
    const connection = { session, tab, upMs: nowMs, downMs: nowMs, isBroken: false }
    this.#connections.set(session, connection)
    return connection
  }

  /** From a tab to the coordinator; the connection may break with it. */
  tell(connection: Connection, event: Event): void {
    const { timeline, random, conditions, isTrouble } = this.#world
    connection.upMs = this.#arrivalMs(connection.upMs)
    this.#later(connection.upMs - timeline.nowMs, () => {
      if (!connection.isBroken || !random.chance(0.5)) this.#world.handle(event)
    })
    if (!connection.isBroken && isTrouble && random.chance(conditions.lossRate)) {
      this.breakOff(connection)
      connection.tab.dropped()
    }
  }

  /** From the coordinator to a tab. */
  send({ session, message, payload }: Extract<Effect, { kind: 'send' }>): void {
    const connection = this.#connections.get(session)
    if (!connection || message.type === 'account' || message.type === 'welcome') return
    const { timeline } = this.#world
    connection.downMs = this.#arrivalMs(connection.downMs)
    timeline.after(connection.downMs - timeline.nowMs, () => {
      connection.tab.hear(connection, message, payload)
    })
  }

  /** The tab has closed, or its line is dead: the coordinator sees it at once, late, or has but a sign of it. */
  breakOff(connection: Connection): void {
    if (connection.isBroken) return
    connection.isBroken = true
    const { random } = this.#world
    const { session } = connection
    this.#connections.delete(session)
    const chance = random.unit()
    this.#later(chance < 0.4 ? 0 : random.between(0, 4_700), () => {
      // After a sign that it may be gone, silence does the rest.
      this.#world.handle({ kind: chance < 0.7 ? 'sessionEnded' : 'providerSuspected', session })
    })
  }

  /** The coordinator ends a session. */
  disconnect(session: string): void {
    const connection = this.#connections.get(session)
    this.#connections.delete(session)
    if (!connection) return
    connection.isBroken = true
    connection.tab.dropped()
  }

  /** The coordinator has ended. */
  cut(): void {
    this.#life += 1
    for (const session of [...this.#connections.keys()]) this.disconnect(session)
  }

  /** Messages arrive in the order in which they were sent. */
  #arrivalMs(formerMs: number): number {
    const { timeline, random } = this.#world
    return Math.max(formerMs, timeline.nowMs + random.between(20, 400))
  }

  #later(delayMs: number, run: () => void): void {
    const life = this.#life
    this.#world.timeline.after(delayMs, () => {
      if (life === this.#life) run()
    })
  }
}
