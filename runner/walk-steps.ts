import { assert, unreachable } from '#protocol/assert.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { OverrideValues } from '#protocol/wgsl/reflection.ts'
import { workgroupSizeOf } from '#protocol/wgsl/workgroup.ts'
import { countOf, type ParsedAmount } from './amount.ts'
import type { DispatchProgram, JobProgram, SlotProgram, StepProgram } from './job-program.ts'

/** One thing to do on the GPU, worked out. */
export type Step =
  | DispatchStep
  | { readonly kind: 'copy'; readonly from: string; readonly to: string; readonly bytes: number | undefined }
  | { readonly kind: 'clear'; readonly name: string }

export interface DispatchStep {
  readonly kind: 'dispatch'
  readonly dispatch: DispatchProgram
  /** By name; those that are not set are left out. */
  readonly overrides: OverrideValues
  /** In the order of `dispatch.slots`. */
  readonly bound: readonly BoundSlot[]
  /** Whole workgroups, or where they stand in a buffer. */
  readonly grid: Grid | IndirectGrid
  /** Invocations of a workgroup. @throws {Refusal} `kernelInvalid` where they cannot be known. */
  workgroupSize(): Grid
}

export interface IndirectGrid {
  readonly buffer: string
  readonly offset: number
}

export type Grid = readonly [number, number, number]

export interface BoundSlot {
  readonly slot: SlotProgram
  readonly name: string
  readonly offset: number
  /** `undefined`: as much as the declaration takes, or the rest. */
  readonly size: number | undefined
}

/** Values of the manifest's variables by name. The walk writes the counters into it. */
export type LiveVariables = Record<string, number>

/**
 * A unit's steps, one by one. While a step is looked at, `variables` holds the counters of that step.
 *
 * @throws {Refusal} `expressionInvalid`, or `tooLarge` for more steps than `limits.stepsPerUnitMax`.
 */
export function* walkSteps(program: JobProgram, variables: LiveVariables): Generator<Step, void, void> {
  const budget = { left: limits.stepsPerUnitMax }
  yield* walk(program.steps, variables, budget, workedOut(program))
}

function* walk(
  steps: readonly StepProgram[],
  variables: LiveVariables,
  budget: { left: number },
  work: (step: Exclude<StepProgram, { kind: 'repeat' }>, variables: LiveVariables) => Step,
): Generator<Step, void, void> {
  for (const step of steps) {
    if (step.kind !== 'repeat') {
      spend(budget)
      yield work(step, variables)
      continue
    }
    const outer = variables.$i ?? 0
    const times = countOf(step.times, variables)
    for (let turn = 0; turn < times; turn += 1) {
      // Turns count too: a repeat of nothing could go on for ever.
      spend(budget)
      variables.$i = turn
      if (step.counter !== undefined) variables[step.counter] = turn
      yield* walk(step.steps, variables, budget, work)
    }
    variables.$i = outer
    if (step.counter !== undefined) variables[step.counter] = 0
  }
}

function spend(budget: { left: number }): void {
  budget.left -= 1
  if (budget.left < 0)
    throw new Refusal(
      'tooLarge',
      `A unit may have ${limits.stepsPerUnitMax} steps, its repeats' turns included.`,
      {
        where: 'passes',
        next: 'Make the units smaller.',
      },
    )
}

/** Works steps out; workgroup sizes are known from one step to the next. */
function workedOut(program: JobProgram) {
  const sizes = new Map<string, Grid>()
  const sizeOf = (dispatch: DispatchProgram, overrides: OverrideValues): Grid => {
    const key = `${dispatch.number} ${Object.values(overrides).join()}`
    const known = sizes.get(key)
    if (known) return known
    const size = workgroupSizeOf(program.reflection, dispatch.entry, overrides)
    if (sizes.size < sizesKeptMax) sizes.set(key, size)
    return size
  }
  return (step: Exclude<StepProgram, { kind: 'repeat' }>, variables: LiveVariables): Step => {
    switch (step.kind) {
      case 'dispatch': {
        const overrides = overridesIn(step, variables)
        const bound = step.slots.map((slot) => boundIn(slot, variables))
        const { counts } = step
        const workgroupSize = () => sizeOf(step, overrides)
        const grid =
          counts.kind === 'indirect'
            ? { buffer: counts.buffer, offset: counts.offset }
            : gridOf(counts.amounts, variables, counts.kind === 'invocations' ? workgroupSize() : undefined)
        return { kind: 'dispatch', dispatch: step, overrides, bound, grid, workgroupSize }
      }
      case 'copy':
        return {
          kind: 'copy',
          from: step.from,
          to: step.to,
          bytes: step.bytes && countOf(step.bytes, variables),
        }
      case 'clear':
        return step
      default:
        return unreachable(step)
    }
  }
}

const sizesKeptMax = 1024

/** Values by name. */
export function overridesIn(dispatch: DispatchProgram, variables: LiveVariables): OverrideValues {
  if (dispatch.overrides.length === 0) return none
  return Object.fromEntries(
    dispatch.overrides.map(({ declaration, amount }) => [declaration.name, amount.valueIn(variables)]),
  )
}

const none: OverrideValues = {}

function boundIn(slot: SlotProgram, variables: LiveVariables): BoundSlot {
  const turn = slot.turn ? countOf(slot.turn, variables) % slot.names.length : 0
  const name = slot.names[turn]
  assert(name !== undefined, 'a slot has a name for every turn')
  const offset = slot.offset ? countOf(slot.offset, variables) : 0
  return { slot, name, offset, size: slot.size && countOf(slot.size, variables) }
}

/** @param size what an amount is divided by, rounded up, where it counts invocations. */
function gridOf(amounts: readonly ParsedAmount[], variables: LiveVariables, size: Grid | undefined): Grid {
  const side = (axis: 0 | 1 | 2) => {
    const amount = amounts[axis]
    return amount ? Math.ceil(countOf(amount, variables) / (size?.[axis] ?? 1)) : 1
  }
  return [side(0), side(1), side(2)]
}
