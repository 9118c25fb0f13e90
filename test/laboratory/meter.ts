import { wrongParts, partsOfUnit, type Answer } from './answer.ts'
import type { Cartel } from './cartel.ts'
import type { Identity } from './strategy.ts'
import type { Bench } from './scheme.ts'

/** Identities by the units of work that they did: each class ends before this number. */
export const lifetimeClasses = [21, 100, 1_000, 8_000, Infinity] as const

/**
 * Counts what a scheme decides. All that is computed for a unit is billed to the identity that computed it first,
 * until the unit is final or void: so overhead can be told by the lifetime of those who caused it.
 */
export class Meter implements Bench {
  readonly #cartel: Cartel
  readonly #firstBy = new Map<number, Identity>()
  finals = 0
  failures = 0
  recalls = 0
  wrongFinals = 0
  wrongParts = 0

  constructor(cartel: Cartel) {
    this.#cartel = cartel
  }

  /** `identity` has answered a unit, whatever the answer is worth. */
  tookUnit(identity: Identity, unit: number): void {
    identity.worked += 1
    let first = this.#firstBy.get(unit)
    if (!first) this.#firstBy.set(unit, (first = identity))
    first.billed += 1
  }

  /** `identity` has answered a spot of a unit. */
  tookSpot(identity: Identity, unit: number): void {
    identity.worked += 1 / partsOfUnit
    const first = this.#firstBy.get(unit) ?? identity
    first.billed += 1 / partsOfUnit
  }

  /** Work that belongs to no unit of a requester: units whose answers are known, given as a check. */
  tookTest(identity: Identity): void {
    identity.worked += 1
    identity.billed += 1
  }

  final(unit: number, answer: Answer): void {
    const wrong = wrongParts(answer)
    const first = this.#firstBy.get(unit)
    this.finals += 1
    if (first) first.finals += 1
    if (wrong > 0) {
      this.wrongFinals += 1
      this.wrongParts += wrong
      if (first) {
        first.wrongFinals += 1
        first.wrongParts += wrong
      }
    }
    this.#close(unit)
  }

  failed(unit: number): void {
    this.failures += 1
    this.#close(unit)
  }

  reopened(unit: number): void {
    this.recalls += 1
    this.#close(unit)
  }

  accepted(identity: Identity): void {
    identity.accepted += 1
  }

  refused(identity: Identity, wasRight: boolean): void {
    identity.refused += 1
    if (wasRight) identity.wronged += 1
    else identity.caught = true
  }

  earned(identity: Identity, announcedWei: bigint): void {
    identity.announcedWei += announcedWei
  }

  paid(identity: Identity, wei: bigint): void {
    identity.paidWei += wei
  }

  #close(unit: number): void {
    this.#firstBy.delete(unit)
    this.#cartel.forget(unit)
  }
}
