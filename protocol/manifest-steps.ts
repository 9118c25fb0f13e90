import { isScratch } from './complete-manifest.ts'
import { checkExpression, namesOutsideRepeats, withCounter, type KnownNames } from './manifest-expressions.ts'
import { limits } from './limits.ts'
import type {
  BindingPlan,
  ClearPlan,
  CopyPlan,
  DispatchPlan,
  Manifest,
  RepeatPlan,
  StepPlan,
} from './manifest-schema.ts'
import { Refusal } from './refusal.ts'

/**
 * Checks the steps of a manifest: names, expressions, nesting.
 *
 * @throws {Refusal} `manifestInvalid`
 */
export function checkSteps(manifest: Manifest): void {
  checkList(manifest, manifest.passes ?? [], 'passes', namesOutsideRepeats(manifest), 0)
}

function checkList(
  manifest: Manifest,
  steps: readonly StepPlan[],
  where: string,
  known: KnownNames,
  depth: number,
): void {
  if (depth > limits.nestingMax)
    throw refuse(where, `more than ${limits.nestingMax} repeats inside one another`, 'Flatten them.')
  for (const [index, step] of steps.entries()) {
    const place = `${where}.${index}`
    if ('do' in step) checkRepeat(manifest, step, place, known, depth)
    else if ('copy' in step) checkCopy(manifest, step, place, known)
    else if ('clear' in step) checkClear(manifest, step, place)
    else checkDispatch(manifest, step, place, known)
  }
}

function checkRepeat(manifest: Manifest, step: RepeatPlan, where: string, known: KnownNames, depth: number) {
  checkExpression(`${where}.repeat`, step.repeat, known)
  if (step.as !== undefined && (step.as === 'unit' || step.as === 'i' || known.names.has(`$${step.as}`)))
    throw refuse(`${where}.as`, `$${step.as} means something already`, 'Choose another name.')
  checkList(manifest, step.do, `${where}.do`, withCounter(known, step.as), depth + 1)
}

function checkCopy(manifest: Manifest, step: CopyPlan, where: string, known: KnownNames) {
  const [from, to] = step.copy
  for (const name of step.copy) requireBuffer(manifest, name, `${where}.copy`)
  if (from === to) throw refuse(`${where}.copy`, 'source and target are the same buffer', 'Name another.')
  requireWritable(manifest, to, `${where}.copy`)
  if (step.bytes !== undefined) checkExpression(`${where}.bytes`, step.bytes, known)
}

function checkClear(manifest: Manifest, step: ClearPlan, where: string) {
  requireBuffer(manifest, step.clear, `${where}.clear`)
  requireWritable(manifest, step.clear, `${where}.clear`)
}

function checkDispatch(manifest: Manifest, step: DispatchPlan, where: string, known: KnownNames) {
  for (const [slot, binding] of Object.entries(step.bind))
    checkBinding(manifest, binding, `${where}.bind.${slot}`, known)
  for (const [name, value] of Object.entries(step.overrides))
    if (typeof value !== 'boolean') checkExpression(`${where}.overrides.${name}`, value, known)
  const ways = (['workgroups', 'invocations', 'indirect'] as const).filter((way) => step[way] !== undefined)
  if (ways.length > 1)
    throw refuse(where, `${ways.join(' and ')} both say how much to dispatch`, 'Keep one of them.')
  for (const [axis, amount] of (step.workgroups ?? step.invocations ?? []).entries())
    checkExpression(`${where}.${ways[0] ?? 'workgroups'}.${axis}`, amount, known)
  if (step.indirect !== undefined) checkIndirect(manifest, step.indirect, `${where}.indirect`)
}

function checkBinding(manifest: Manifest, binding: BindingPlan, where: string, known: KnownNames) {
  if (typeof binding === 'string') requireResource(manifest, binding, where)
  else if ('swap' in binding) {
    for (const name of binding.swap) requireResource(manifest, name, `${where}.swap`)
    if (binding.by !== undefined) checkExpression(`${where}.by`, binding.by, known)
  } else {
    requireBuffer(manifest, binding.buffer, `${where}.buffer`)
    if (binding.offset !== undefined && binding.dynamic !== undefined)
      throw refuse(where, 'offset and dynamic both say where to begin', 'Keep one of them.')
    for (const field of ['offset', 'size', 'dynamic'] as const) {
      const amount = binding[field]
      if (amount !== undefined) checkExpression(`${where}.${field}`, amount, known)
    }
  }
}

function checkIndirect(manifest: Manifest, indirect: string, where: string) {
  const at = indirect.lastIndexOf('@')
  requireBuffer(manifest, indirect.slice(0, at), where)
  if (Number(indirect.slice(at + 1)) % 4 !== 0)
    throw refuse(where, 'the byte offset must be a multiple of 4', 'Correct the offset.')
}

function requireResource(manifest: Manifest, name: string, where: string) {
  const { buffers, textures, samplers, inputs } = manifest
  if ([buffers, textures, samplers, inputs].some((kind) => Object.hasOwn(kind, name))) return
  throw refuse(
    where,
    `"${name}" names no buffer, texture, sampler or input`,
    'Add it to "buffers", "textures" or "samplers".',
  )
}

function requireBuffer(manifest: Manifest, name: string, where: string) {
  if (!Object.hasOwn(manifest.buffers, name))
    throw refuse(where, `"${name}" names no buffer`, 'Add it to "buffers".')
}

/** Copies and clears change what is the unit's own; an input then becomes a copy of its own, a uniform does not. */
function requireWritable(manifest: Manifest, name: string, where: string) {
  const plan = manifest.buffers[name]
  if (plan && !isScratch(plan) && 'uniform' in plan)
    throw refuse(where, `"${name}" is a uniform, written by the runner alone`, 'Use a buffer with "bytes".')
}

function refuse(where: string, message: string, next: string): Refusal {
  return new Refusal('manifestInvalid', `job.json, ${where}: ${message}.`, { where, next })
}
