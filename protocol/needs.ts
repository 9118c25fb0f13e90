import type { Hex } from './bytes.ts'
import type { CompleteManifest } from './complete-manifest.ts'
import { instantMsOf } from './instant.ts'
import type { Cause } from './offer.ts'

/** What a job asks of a provider: the terms of its bid besides the price. */
export interface Needs {
  readonly features: readonly string[]
  readonly limits: Readonly<Record<string, number>>
  readonly memoryBytes: number
  /** The least speed at f32, in 10⁹ operations a second; 0: any. */
  readonly gflopsMin: number
  readonly cause: Cause
  readonly requester: Hex
  /** What a provider must download before it can compute: kernel, shared inputs, list, and one unit's slices. */
  readonly dataBytes: number
  /** The pool's public name (`poolIdOf`), when only its providers may compute. */
  readonly pool: Hex | undefined
  /** When the requester wants everything, Unix milliseconds. */
  readonly deadlineMs: number | undefined
  /** How long the author thinks a unit takes; what a forecast starts from. */
  readonly targetMs: number | undefined
}

/** The needs that a complete manifest states. */
export function needsOf(manifest: CompleteManifest, requester: Hex, dataBytes: number): Needs {
  const { requires, cause, deadline, pool, units } = manifest
  return {
    features: requires.features,
    limits: requires.limits,
    memoryBytes: (requires.memoryMiB ?? 0) * 1024 * 1024,
    gflopsMin: requires.gflops ?? 0,
    cause,
    requester,
    dataBytes,
    pool,
    deadlineMs: deadline === undefined ? undefined : instantMsOf(deadline),
    targetMs: units.targetMs,
  }
}
