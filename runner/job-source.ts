import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { UnitList } from '#protocol/unit-list.ts'

/** A job as the runner takes it. */
export interface JobSource {
  /** One device is kept for each key. */
  readonly key: string
  readonly manifest: CompleteManifest
  readonly wgsl: string
  /** A whole input; called once for each when the job is opened. */
  loadInput(name: string): Promise<Uint8Array<ArrayBuffer>>
  /** Bytes [begin, end) of a sliced input; called for each unit. */
  loadSlice(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>
  /** Called once, and only when the units are a list. */
  loadList(): Promise<UnitList>
}

/** What a unit came to. */
export interface UnitOutcome {
  readonly result: Uint8Array<ArrayBuffer>
  /** GPU time of the unit's submits, as far as waiting for them shows it. */
  readonly gpuMs: number
  readonly submits: number
  /** From the call to the first submit: loading, opening, compiling, and waiting for other units. */
  readonly startedAfterMs: number
  /** What was done: one for each workgroup, and for each step that is no dispatch or an indirect one. */
  readonly progress: number
  /** Whether that is the whole unit; of another, what is not written is nobody's fault. */
  readonly complete: boolean
}

/** What several spots came to. */
export interface SpotsOutcome extends Pick<UnitOutcome, 'gpuMs' | 'submits' | 'startedAfterMs'> {
  /** What each wrote, as `encodeSpots` says it. */
  readonly result: Uint8Array<ArrayBuffer>
}

/** How one unit is to be run. */
export interface RunOptions {
  /** Cuts every dispatch that can be cut into tiles of so many workgroups, whatever they take. For tests. */
  readonly tileWorkgroups?: number
  /**
   * Starts the last workgroups of each dispatch first, so that what depends on their order shows. What cannot be cut
   * into tiles is dispatched as ever.
   */
  readonly reversed?: boolean
  /** The unit is cut off once its submits have gone on for so long. */
  readonly stopAfterMs?: number
  /** The unit is cut off when it has come so far, at exactly the same place on every machine. */
  readonly progressMax?: number
}
