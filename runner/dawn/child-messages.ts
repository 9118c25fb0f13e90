import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type { JobFacts } from '#protocol/manifest-inference.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import type { SpotPlace } from '#protocol/spots.ts'
import type { GuardedKernel } from '#protocol/wgsl/loop-guard.ts'
import type { CompilerMessage, RunnerErrorCode } from '../runner-error.ts'
import type { RunOptions, RunnerOptions } from '../runner.ts'

/** What the child computes on: whatever the machine has, its processor alone, or nothing (Dawn then only validates). */
export type DawnBackend = 'default' | 'software' | 'null'

/** What a child is asked. */
export type ChildOrder =
  | { readonly kind: 'open'; readonly backend: DawnBackend; readonly runner: RunnerOptions }
  | { readonly kind: 'inspect'; readonly job: Omit<ChildJob, 'key'>; readonly facts: JobFacts }
  /** The job's manifest, and its verify kernel's text. */
  | { readonly kind: 'inspectCheck'; readonly job: Omit<ChildJob, 'key'>; readonly facts: JobFacts }
  | { readonly kind: 'guard'; readonly wgsl: string; readonly turnsMax: number }
  | {
      readonly kind: 'run'
      readonly job: ChildJob
      readonly unit: number
      readonly options: RunOptions
    }
  | {
      readonly kind: 'runSpots'
      readonly job: ChildJob
      readonly spots: readonly SpotPlace[]
      readonly options: RunOptions
    }

/** A job as the child gets it; its data is asked for as it is needed. */
export interface ChildJob {
  readonly key: string
  readonly manifest: CompleteManifest
  readonly wgsl: string
}

/** A kernel with guarded loops, and the entry points that can reach one. */
export interface ChildGuard extends GuardedKernel {
  readonly entries: readonly string[]
  readonly turnsMax: number
}

/** What a child wants to know of a job's data while it runs. */
export interface ChildLoad {
  readonly load: number
  readonly key: string
  readonly what:
    | { readonly kind: 'input'; readonly name: string }
    | { readonly kind: 'slice'; readonly name: string; readonly begin: number; readonly end: number }
    | { readonly kind: 'list' }
}

/** The answer to a `ChildLoad`; without a value where it failed. */
export type LoadAnswer = { readonly loaded: number } & (
  { readonly value: unknown } | { readonly failed: true }
)

/** An error as plain data. */
export type ChildFault =
  | {
      readonly kind: 'refusal'
      readonly reason: RefusalReason
      readonly message: string
      readonly where: string | undefined
      readonly next: string | undefined
    }
  | {
      readonly kind: 'runner'
      readonly code: RunnerErrorCode
      readonly message: string
      readonly compilerMessages: readonly CompilerMessage[]
    }
  /** The data could not be loaded; the parent knows why. */
  | { readonly kind: 'load'; readonly load: number }
  | { readonly kind: 'other'; readonly message: string }
