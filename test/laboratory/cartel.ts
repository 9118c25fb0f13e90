import type { Answer } from './answer.ts'

/** What liars who work together tell each other: which units they hold just now, and how they have lied. */
export class Cartel {
  readonly #held = new Map<number, number>()
  readonly #lies = new Map<number, Answer>()

  /** A new round: what was held is answered. */
  nextRound(): void {
    this.#held.clear()
  }

  /** A member was given this unit. */
  hold(unit: number): void {
    this.#held.set(unit, this.copies(unit) + 1)
  }

  /** Copies of the unit that members hold in this round. */
  copies(unit: number): number {
    return this.#held.get(unit) ?? 0
  }

  /** A member answers the unit wrongly; the others must say the same. */
  lie(unit: number, answer: Answer): Answer {
    this.#lies.set(unit, answer)
    return answer
  }

  /** What a member has said about the unit, if that was a lie. */
  lieAbout(unit: number): Answer | undefined {
    return this.#lies.get(unit)
  }

  /** The unit is decided, or void. */
  forget(unit: number): void {
    this.#lies.delete(unit)
  }
}
