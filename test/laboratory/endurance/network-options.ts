import type { Event } from '#coordinator/core/events.ts'
import type { State } from '#coordinator/core/state.ts'
import type { TraceDigest } from '#test/simulation/trace-digest.ts'

/** A deliberate mistake of the core, to see that it is noticed. */
export type PlantedBug = (state: State, event: Event) => void

export interface NetworkOptions {
  readonly seed: number
  readonly slots?: number | undefined
  readonly troubleHours?: number | undefined
  /** The whole state is checked after every so many steps; what a step has touched after each. */
  readonly stepsPerFullCheck?: number | undefined
  readonly plantedBug?: PlantedBug | undefined
  /** Is told of every step. */
  readonly trace?: TraceDigest | undefined
}
