import { logNormal } from '#test/simulation/log-normal.ts'
import type { Random } from '#test/simulation/random.ts'
import { Identity, type Strategy, type World } from './strategy.ts'

/** Spread of the lifetimes: the deviation of their logarithm. */
const lifetimeSigma = 2

export interface PopulationOptions {
  /** Providers that are there at any moment. */
  readonly slots: number
  /** Share of the slots that are malicious. */
  readonly f: number
  /** Share of the slots that are anchors: honest, and known to the operator. */
  readonly anchors: number
  /** Units of work after which half of all identities have left. */
  readonly lifetimeMedian: number
  readonly honest: Strategy
  /** Some devices err more often. */
  readonly flaky: Strategy
  readonly flakyShare: number
  /** What the malicious slots do: each keeps to one, in turn. */
  readonly malicious: readonly Strategy[]
}

export interface Slot {
  readonly number: number
  identity: Identity
}

/** Providers come and go: a slot is a place that some identity always fills. */
export class Population {
  readonly slots: readonly Slot[]
  /** Everybody who was ever there. */
  readonly identities: Identity[] = []
  readonly #options: PopulationOptions
  readonly #world: World
  readonly #random: Random
  readonly #anchors: number
  readonly #malicious: number
  /** Where in the list of strategies the malicious slots begin. */
  readonly #turn: number

  constructor(options: PopulationOptions, world: World) {
    this.#options = options
    this.#world = world
    this.#random = world.random
    this.#turn = this.#random.below(1_000)
    this.#anchors = Math.round(options.anchors * options.slots)
    this.#malicious = Math.round(options.f * options.slots)
    this.slots = Array.from({ length: options.slots }, (_, number) => ({
      number,
      identity: this.#newIdentity(number),
    }))
  }

  /** Whether it leaves now: at the end of its life, or, being a cheat, because it was caught and a new name costs nothing. */
  leaves({ worked, lifetime, caught, strategy }: Identity): boolean {
    return worked >= lifetime || (caught && strategy.malicious)
  }

  /** A newcomer takes the slot. */
  replace(slot: Slot): Identity {
    slot.identity = this.#newIdentity(slot.number)
    return slot.identity
  }

  #newIdentity(slot: number): Identity {
    const strategy = this.#strategyOf(slot)
    const anchor = slot < this.#anchors
    const lifetime = anchor ? Infinity : (strategy.lifetimeOf?.(this.#world) ?? this.#lifetime())
    const identity = new Identity(this.identities.length + 1, strategy, lifetime, anchor)
    identity.farming = strategy.kind === 'self-dealers'
    this.identities.push(identity)
    return identity
  }

  #strategyOf(slot: number): Strategy {
    const { malicious, honest, flaky, flakyShare, slots } = this.#options
    if (slot < this.#anchors) return honest
    // A slot that is malicious stays so, whatever names it takes.
    const place = slots - 1 - slot
    const strategy = place < this.#malicious ? malicious[(place + this.#turn) % malicious.length] : undefined
    return strategy ?? (this.#random.chance(flakyShare) ? flaky : honest)
  }

  #lifetime(): number {
    return Math.max(1, Math.round(logNormal(this.#random, this.#options.lifetimeMedian, lifetimeSigma)))
  }
}
