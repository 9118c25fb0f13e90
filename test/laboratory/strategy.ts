import type { Random } from '#test/simulation/random.ts'
import type { Answer } from './answer.ts'
import type { Cartel } from './cartel.ts'
import type { UnitTask } from './task.ts'

export const maliciousKinds = [
  'lazy',
  'saboteur',
  'trust-then-cheat',
  'hit-and-run',
  'colluders',
  'lying-auditors',
  'self-dealers',
] as const
export type MaliciousKind = (typeof maliciousKinds)[number]
export type Kind = 'honest' | 'flaky' | 'lossy' | MaliciousKind

/** What a provider knows and has at hand when it answers. */
export interface World {
  readonly random: Random
  readonly cartel: Cartel
  /** One part of a unit comes out wrong in so many of all units, on a device as it should be. */
  readonly deviceErrorRate: number
  /** Of the scheme they work under, which is public. */
  readonly trustedAfter: number
  readonly copiesToDecide: number
}

/** How a provider behaves. It adds what it really computes to `identity.computed`. */
export interface Strategy {
  readonly kind: Kind
  /** The kind with its parameters: incomes are compared by label. */
  readonly label: string
  readonly malicious: boolean
  /** Shares what it knows with the other members. */
  readonly cartel: boolean
  /** Tasks that it vanishes with. */
  readonly vanishing: number
  /** Its own lifetime, where it has a reason to choose one. */
  readonly lifetimeOf?: (world: World) => number
  readonly answer: (identity: Identity, task: UnitTask, world: World) => Answer
  /** How a spot of a unit is answered: its flavour, 0 when it is right. */
  readonly answerSpot: (identity: Identity, unit: number, spot: number, world: World) => number
}

/** One provider's name on the network, from its first task to its last, with all that is counted about it. */
export class Identity {
  readonly id: number
  readonly strategy: Strategy
  /** Units of work after which it leaves. */
  readonly lifetime: number
  /** Its word settles disputes, where a scheme knows such a thing. */
  readonly anchor: boolean
  /** It knows that it was caught. */
  caught = false
  /** It wants nothing but units of its friends' own job. */
  farming = false
  /** Work taken, in units, whether it was done or skipped. */
  worked = 0
  /** Work really done, in units. */
  computed = 0
  /** Results that count, for now or for good. */
  accepted = 0
  refused = 0
  /** Right results that were refused. */
  wronged = 0
  /** All computation that went into units which it was the first to compute, its own included. */
  billed = 0
  /** Of the units that it was the first to compute: how many are final, final with an error, and their wrong parts. */
  finals = 0
  wrongFinals = 0
  wrongParts = 0
  announcedWei = 0n
  paidWei = 0n

  constructor(id: number, strategy: Strategy, lifetime: number, anchor = false) {
    this.id = id
    this.strategy = strategy
    this.lifetime = lifetime
    this.anchor = anchor
  }
}
