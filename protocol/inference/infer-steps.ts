import type { DispatchPlan, StepPlan } from '../manifest-schema.ts'
import type { EntryPoint } from '../wgsl/reflection.ts'
import { note, refuse, type Draft, type PlannedDispatch } from './draft.ts'
import { inferBindings, namesIn } from './infer-bindings.ts'
import { inferBuffer } from './infer-buffers.ts'
import { inferCounts } from './infer-counts.ts'

/** Fills in passes, slots, overrides and counts. Returns every dispatch, in order. */
export function inferSteps(draft: Draft): PlannedDispatch[] {
  const { manifest } = draft
  manifest.passes ??= [{ ...onlyDispatch(draft) }]
  const dispatches = collectDispatches(draft, manifest.passes, 'passes')
  for (const dispatch of dispatches) {
    inferOverrides(draft, dispatch)
    inferBindings(draft, dispatch)
  }
  inferIdleUniforms(draft, dispatches)
  for (const dispatch of dispatches) inferCounts(draft, dispatch)
  return dispatches
}

/** A uniform of a variable that nothing reads still has its fields, as in a host that fills every slot. */
function inferIdleUniforms(draft: Draft, dispatches: readonly PlannedDispatch[]): void {
  const bound = new Set(dispatches.flatMap(({ plan }) => Object.values(plan.bind).flatMap(namesIn)))
  for (const [name, buffer] of Object.entries(draft.manifest.buffers)) {
    if (!('uniform' in buffer) || bound.has(name)) continue
    const declared = draft.reflection.bindings.find((binding) => binding.name === name)
    if (declared?.kind === 'uniform') inferBuffer(draft, name, declared, `buffers.${name}`)
  }
}

function onlyDispatch(draft: Draft): DispatchPlan {
  const [entry, ...others] = draft.reflection.entryPoints
  if (!entry) throw refuse('wgsl', 'the kernel has no compute entry point', 'Mark a function with @compute.')
  if (others.length > 0) {
    const names = draft.reflection.entryPoints.map(({ name }) => name).join(', ')
    throw refuse(
      'passes',
      `the kernel has several entry points (${names})`,
      'Say in "passes" which run, in order.',
    )
  }
  note(draft, 'passes', `one dispatch of ${entry.name}`)
  return { entry: entry.name, bind: {}, overrides: {} }
}

function collectDispatches(draft: Draft, steps: readonly StepPlan[], where: string): PlannedDispatch[] {
  return steps.flatMap((step, index) => {
    const place = `${where}.${index}`
    if ('do' in step) return collectDispatches(draft, step.do, `${place}.do`)
    return 'entry' in step ? [{ where: place, plan: step, entry: entryOf(draft, step, place) }] : []
  })
}

function entryOf(draft: Draft, { entry: name }: DispatchPlan, where: string): EntryPoint {
  const { entryPoints } = draft.reflection
  const entry = entryPoints.find((candidate) => candidate.name === name)
  if (entry) return entry
  const names = entryPoints.map((candidate) => candidate.name).join(', ') || 'none'
  throw refuse(`${where}.entry`, `the kernel has no compute entry point "${name}"`, `It has: ${names}.`)
}

/** Overrides are set by name, those with `@id` by their number as well. */
function inferOverrides(draft: Draft, { where, plan, entry }: PlannedDispatch): void {
  const { overrides } = draft.reflection
  for (const name of Object.keys(plan.overrides))
    if (!overrides.some((override) => override.name === name || `${override.id}` === name))
      throw refuse(
        `${where}.overrides.${name}`,
        `the kernel declares no override "${name}"`,
        `It has: ${overrides.map((override) => override.name).join(', ') || 'none'}.`,
      )
  for (const override of overrides) {
    const { name, id } = override
    const said =
      Object.hasOwn(plan.overrides, name) || (id !== undefined && Object.hasOwn(plan.overrides, `${id}`))
    if (said || !entry.overrides.includes(name)) continue
    if (Object.hasOwn(draft.manifest.parameters, name)) {
      Object.assign(plan, { overrides: { ...plan.overrides, [name]: `$${name}` } })
      note(draft, `${where}.overrides.${name}`, `the parameter $${name}`)
    } else if (!override.hasDefault)
      throw refuse(
        `${where}.overrides`,
        `the override "${name}" (line ${override.position.line}) has no value`,
        `Add "${name}" to "overrides".`,
      )
  }
}
