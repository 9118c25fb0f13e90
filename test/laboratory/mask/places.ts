import type { JobId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { JobTerms } from '#coordinator/core/state.ts'
import type { Identity } from '../strategy.ts'
import type { Task } from '../task.ts'
import type { Held } from './seat.ts'

type Assign = Extract<FromCoordinator, { type: 'assign' }>

/** The laboratory numbers the units of all jobs in one row; those of the farm count from here, far from the others. */
const farmFrom = 2 ** 40

/** Where the units of the jobs are in the laboratory's numbering. */
export class Places {
  readonly unitCount: number
  readonly #firstOf = new Map<JobId, number>()
  /** Units that somebody was given. Names do not tell, but units come in their order, and cheats who compare notes see what is out of it. */
  readonly #handed = new Set<number>()

  constructor(jobs: readonly JobTerms[]) {
    let count = 0
    for (const { id, plan } of jobs) {
      this.#firstOf.set(id, count)
      count += plan.unitCount
    }
    this.unitCount = count
  }

  numberOf(job: JobId, unit: number): number {
    return (this.#firstOf.get(job) ?? farmFrom) + unit
  }

  isFarm(number: number): boolean {
    return number >= farmFrom
  }

  heldOf({ assignment: id, job, unit, task, payWei }: Assign, identity: Identity): Held {
    const common = { id, job, unit, identity, answer: undefined, rightSpots: 0, counted: false }
    return { ...common, task: this.#taskOf(job, unit, task, payWei) }
  }

  #taskOf(job: JobId, unit: number, task: Assign['task'], payWei: bigint): Task {
    if (task?.kind === 'spots')
      return {
        kind: 'spots',
        spots: task.spots.map(([of, spot]) => [this.numberOf(job, of), spot] as const),
        payWei,
      }
    const number = this.numberOf(job, unit)
    const second = this.#handed.has(number)
    this.#handed.add(number)
    return {
      kind: 'unit',
      unit: number,
      payWei,
      purpose: this.isFarm(number) ? 'farm' : 'unit',
      second,
    }
  }
}
