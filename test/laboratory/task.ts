/** A whole unit to compute. */
export interface UnitTask {
  readonly kind: 'unit'
  readonly unit: number
  /** What is announced for it, if it is accepted. */
  readonly payWei: bigint
  /**
   * `unit`: of a requester. `test`: its answer is known, and it is given as a check.
   * `farm`: of the self-dealers' own job, outside all figures.
   */
  readonly purpose: 'unit' | 'test' | 'farm'
  /** Whoever gets it can see that the unit was given to another before: by its name, or by what is public. */
  readonly second: boolean
}

/** Parts of several units to compute anew, as a check of them. Whoever gets it sees that it is one. */
export interface SpotsTask {
  readonly kind: 'spots'
  readonly spots: readonly (readonly [unit: number, spot: number])[]
  readonly payWei: bigint
}

export type Task = UnitTask | SpotsTask
