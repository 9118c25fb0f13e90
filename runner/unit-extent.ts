import type { RunOptions } from './job-source.ts'

/**
 * How far into a unit to go. Progress counts workgroups in the order of the dispatches, row by row, and every other step
 * as one; what a unit did up to some progress does not depend on how it was cut into submits.
 */
export class UnitExtent {
  readonly #stopAfterMs: number
  readonly #progressMax: number
  #beganMs: number | undefined
  #progress = 0
  #complete = true

  constructor({ stopAfterMs = Infinity, progressMax = Infinity }: RunOptions) {
    this.#stopAfterMs = stopAfterMs
    this.#progressMax = progressMax
  }

  get progress(): number {
    return this.#progress
  }

  /** Whether nothing was left out so far. */
  get complete(): boolean {
    return this.#complete
  }

  /** The first submit is made. Compiling before it takes no time away. */
  begin(nowMs: number): void {
    this.#beganMs ??= nowMs
  }

  /** How much more may be done. To be asked where something is left to do: with 0, the unit is cut off here. */
  left(nowMs: number): number {
    const late = this.#beganMs !== undefined && nowMs - this.#beganMs > this.#stopAfterMs
    const left = late ? 0 : this.#progressMax - this.#progress
    if (left === 0) this.cutOff()
    return left
  }

  cutOff(): void {
    this.#complete = false
  }

  did(count: number): void {
    this.#progress += count
  }
}
