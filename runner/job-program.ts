import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import type {
  EntryPoint,
  OverrideDeclaration,
  Reflection,
  ResourceBinding,
} from '#protocol/wgsl/reflection.ts'
import type { ParsedAmount } from './amount.ts'
import type { UniformProgram } from './uniform-program.ts'

/** A manifest read together with its kernel's reflection: names resolved, expressions parsed, nothing worked out yet. */
export interface JobProgram {
  readonly manifest: CompleteManifest
  readonly reflection: Reflection
  readonly steps: readonly StepProgram[]
  /** All dispatches, in the manifest's order. */
  readonly dispatches: readonly DispatchProgram[]
  readonly uniforms: ReadonlyMap<string, UniformProgram>
  /** Of every buffer and texture that a step names. */
  readonly uses: ReadonlyMap<string, ResourceUse>
}

export type StepProgram = DispatchProgram | CopyProgram | ClearProgram | RepeatProgram

export interface DispatchProgram {
  readonly kind: 'dispatch'
  /** Its place among the job's dispatches. */
  readonly number: number
  readonly entry: EntryPoint
  /** What the entry point uses, by group and binding. */
  readonly slots: readonly SlotProgram[]
  readonly overrides: readonly OverrideProgram[]
  readonly counts:
    | { readonly kind: 'workgroups' | 'invocations'; readonly amounts: readonly ParsedAmount[] }
    | { readonly kind: 'indirect'; readonly buffer: string; readonly offset: number }
}

export interface OverrideProgram {
  readonly declaration: OverrideDeclaration
  readonly amount: ParsedAmount
}

export interface SlotProgram {
  readonly declared: ResourceBinding
  /** One name; several take turns, by the value of `turn`. */
  readonly names: readonly string[]
  readonly turn: ParsedAmount | undefined
  readonly offset: ParsedAmount | undefined
  readonly size: ParsedAmount | undefined
  /** Whether `offset` is given when the group is set rather than when it is made. */
  readonly dynamic: boolean
}

export interface CopyProgram {
  readonly kind: 'copy'
  readonly from: string
  readonly to: string
  readonly bytes: ParsedAmount | undefined
}

export interface ClearProgram {
  readonly kind: 'clear'
  readonly name: string
}

export interface RepeatProgram {
  readonly kind: 'repeat'
  readonly times: ParsedAmount
  readonly counter: string | undefined
  readonly steps: readonly StepProgram[]
}

/** How the steps use a buffer or texture. */
export interface ResourceUse {
  uniform: boolean
  storage: boolean
  sampled: boolean
  indirect: boolean
  copySource: boolean
  copyTarget: boolean
  /** Whether a kernel may write to it, or a step does. */
  written: boolean
  /** The declarations it is bound to. */
  readonly declared: Set<ResourceBinding>
}
