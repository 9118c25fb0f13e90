import { assert } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { logNormal } from '#test/simulation/log-normal.ts'
import { honest } from '../honest.ts'
import { Population, type Slot } from '../population.ts'
import { scenarioOf } from '../scenarios.ts'
import type { Identity, World } from '../strategy.ts'
import type { Conditions } from './conditions.ts'
import { Tab } from './tab.ts'
import type { Listener, TabWorld } from './tab-world.ts'

/** Units after which half of all identities have left. */
const lifetimeMedian = 40
/** All have come within so long. */
const arrivalMs = 1_800_000
/** How long a place is empty, in the middle. */
const emptyMs = 120_000

/** Everybody's tabs: in each place one, and when that has done all it ever will, another's. */
export class Crowd {
  readonly tabs: Tab[] = []
  readonly #population: Population
  readonly #slots = new Map<Identity, Slot>()

  constructor({ slots, f }: Conditions, world: World) {
    const mixed = scenarioOf('mixed')
    assert(mixed, 'there is a mixed scenario')
    this.#population = new Population(
      { ...mixed, slots, f, anchors: 0.03, lifetimeMedian, honest: honest('honest') },
      world,
    )
  }

  /** Everybody who was ever there. */
  get identities(): readonly Identity[] {
    return this.#population.identities
  }

  get anchors(): ProviderId[] {
    return this.tabs.filter(({ identity }) => identity.anchor).map(({ provider }) => provider)
  }

  /** How long all tabs together have been connected. */
  connectedMs(nowMs: number): number {
    return this.tabs.reduce(
      (sum, tab) => sum + tab.connectedMs + (tab.isConnected ? nowMs - tab.connectedSinceMs : 0),
      0,
    )
  }

  /** @param welcome is told of each newcomer before it comes. */
  gather(world: TabWorld, welcome: (tab: Tab) => void): void {
    for (const slot of this.#population.slots)
      this.#fill(slot, world, world.random.between(0, arrivalMs), welcome)
  }

  leaves({ identity }: Listener): boolean {
    return this.#population.leaves(identity)
  }

  replace({ identity }: Listener, world: TabWorld, welcome: (tab: Tab) => void): void {
    const slot = this.#slots.get(identity)
    if (!slot) return
    this.#slots.delete(identity)
    this.#population.replace(slot)
    this.#fill(slot, world, logNormal(world.random, emptyMs, 1), welcome)
  }

  #fill(slot: Slot, world: TabWorld, delayMs: number, welcome: (tab: Tab) => void): void {
    const tab = new Tab(world, slot.identity)
    this.#slots.set(slot.identity, slot)
    this.tabs.push(tab)
    welcome(tab)
    world.timeline.after(delayMs, () => {
      tab.join()
    })
  }
}
