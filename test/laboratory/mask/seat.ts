import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { Answer } from '../answer.ts'
import type { Identity } from '../strategy.ts'
import type { Task } from '../task.ts'

/** An assignment, from its hand-out to its end. */
export interface Held {
  readonly id: AssignmentId
  readonly job: JobId
  readonly unit: number
  readonly identity: Identity
  readonly task: Task
  answer: Answer | undefined
  /** Of a bundle: how many of its spots were answered rightly. */
  rightSpots: number
  /** It has been said that the result counts. */
  counted: boolean
}

/** A connected identity and what it has been given to do. */
export class Seat {
  readonly identity: Identity
  readonly provider: ProviderId
  session = ''
  farming = false
  readonly #hand = new Map<AssignmentId, Held>()
  #current: Held | undefined

  constructor(identity: Identity, provider: ProviderId) {
    this.identity = identity
    this.provider = provider
  }

  push(held: Held): void {
    this.#hand.set(held.id, held)
  }

  /** What was given first. */
  next(): Task | undefined {
    for (const held of this.#hand.values()) {
      this.#current = held
      return held.task
    }
    return undefined
  }

  /** The assignment of the task that `next` gave; undefined if it was taken back meanwhile. */
  take(task: Task): Held | undefined {
    const held = this.#current
    if (held?.task !== task || !this.#hand.delete(held.id)) return undefined
    return held
  }

  drop(id: AssignmentId): void {
    this.#hand.delete(id)
  }

  /** The session has ended. */
  forget(): void {
    this.#hand.clear()
  }
}
