import type { CurrentJob, UnitNews } from '#web/core/contributor-view.ts'

/** Squares that units are shown as; where there are more units, several share one. */
const cellsMax = 480

/** How far this device has come with one job. */
export interface JobProgress {
  readonly job: CurrentJob
  /** Units computed here; one that was computed twice counts once. */
  readonly unitsComputed: number
  readonly cellCount: number
  /** Cells with anything computed in them, and the share of their units that are, in their order. */
  readonly cells: readonly { readonly cell: number; readonly share: number }[]
}

/** Keeps count of the units of the job that is shown. */
export class ProgressCount {
  readonly #units = new Set<number>()
  readonly #perCell: number[]
  readonly #job: CurrentJob
  readonly #cellCount: number

  constructor(job: CurrentJob) {
    this.#job = job
    this.#cellCount = Math.min(job.unitCount, cellsMax)
    this.#perCell = Array.from({ length: this.#cellCount }, () => 0)
  }

  get job(): CurrentJob {
    return this.#job
  }

  /** Counts a unit, unless it is another job's. */
  note({ job, unit }: Pick<UnitNews, 'job' | 'unit'>): void {
    if (job !== this.#job.id || unit >= this.#job.unitCount || this.#units.has(unit)) return
    this.#units.add(unit)
    const cell = cellOf(unit, this.#job.unitCount)
    this.#perCell[cell] = (this.#perCell[cell] ?? 0) + 1
  }

  progress(): JobProgress {
    const unitsPerCell = this.#job.unitCount / this.#cellCount
    const cells = this.#perCell.flatMap((units, cell) =>
      units === 0 ? [] : [{ cell, share: Math.min(1, units / unitsPerCell) }],
    )
    return { job: this.#job, unitsComputed: this.#units.size, cellCount: this.#cellCount, cells }
  }
}

/** The cell that shows a unit. */
export function cellOf(unit: number, unitCount: number): number {
  return Math.floor((unit * Math.min(unitCount, cellsMax)) / unitCount)
}

/** Columns of a map of so many cells, about three wide to two high. */
export function columnsOf(cellCount: number): number {
  return Math.min(cellCount, Math.ceil(Math.sqrt(cellCount * 1.5)))
}
