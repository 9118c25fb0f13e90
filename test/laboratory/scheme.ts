import type { Answer } from './answer.ts'
import type { Identity } from './strategy.ts'
import type { SpotsTask, Task, UnitTask } from './task.ts'

/**
 * A way of verifying results. The laboratory asks in rounds: everyone who is there asks for a task, then everyone
 * answers. What a scheme decides it tells its `Bench`.
 */
export interface Scheme {
  /** Results accepted after which an identity counts as trusted. Public, so that attackers know it. */
  readonly trustedAfter: number
  /** Whoever holds so many copies of a unit at once decides its answer. */
  readonly copiesToDecide: number
  join(identity: Identity): void
  leave(identity: Identity): void
  /** What the identity is to do in this round, if there is anything. */
  next(identity: Identity): Task | undefined
  take(identity: Identity, task: UnitTask, answer: Answer): void
  /** `flavours`: for each of the task's spots, how it is wrong; 0: right. */
  takeSpots(identity: Identity, task: SpotsTask, flavours: readonly number[]): void
  /** The identity vanishes with its task, and is back in the next round. `answer`: it had computed it and only committed to it. */
  vanish(identity: Identity, task: Task, answer: Answer | undefined): void
  /** A round has passed. */
  tick(): void
  /** No unit is left to decide. */
  readonly done: boolean
  /** Broken invariants that were met; 0 where there is nothing to check. */
  readonly violations: number
}

/** Whom a scheme tells what it has decided. */
export interface Bench {
  /** Every unit of the run has one end: `final`, or `failed`. */
  final(unit: number, answer: Answer): void
  failed(unit: number): void
  /** What was thought of the unit is void; it is computed anew. */
  reopened(unit: number): void
  /** Somebody's result counts for now or for good: what a provider is told, once for each task. */
  accepted(identity: Identity): void
  /** A result was refused. */
  refused(identity: Identity, wasRight: boolean): void
  /** A result was accepted for good, for which `announcedWei` had been announced. Pay comes separately. */
  earned(identity: Identity, announcedWei: bigint): void
  paid(identity: Identity, wei: bigint): void
}
