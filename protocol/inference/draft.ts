import type { DispatchPlan, Manifest } from '../manifest-schema.ts'
import { Refusal } from '../refusal.ts'
import type { UnitList } from '../unit-list.ts'
import type { EntryPoint, Reflection } from '../wgsl/reflection.ts'

/** What the data of a job says. */
export interface JobFacts {
  /** Size of each input in bytes, by its name. */
  readonly inputBytes: ReadonlyMap<string, number>
  readonly list?: UnitList | undefined
}

/** Something the author left to be inferred: where it would stand, and what it was taken for. */
export interface InferredFact {
  readonly where: string
  readonly what: string
}

/** A manifest on its way to completeness: each step of the inference writes into it. */
export interface Draft {
  readonly manifest: { -readonly [Field in keyof Manifest]: Manifest[Field] }
  readonly reflection: Reflection
  readonly facts: JobFacts
  readonly inferred: InferredFact[]
}

/** A dispatch and the entry point it runs. */
export interface PlannedDispatch {
  readonly where: string
  readonly plan: DispatchPlan
  readonly entry: EntryPoint
}

export function note(draft: Draft, where: string, what: string): void {
  draft.inferred.push({ where, what })
}

export function refuse(where: string, message: string, next: string): Refusal {
  return new Refusal('manifestInvalid', `job.json, ${where}: ${message}.`, { where, next })
}
