import {
  isScratch,
  type CompleteDispatch,
  type CompleteManifest,
  type CompleteStep,
} from '#protocol/complete-manifest.ts'
import type { BindingPlan } from '#protocol/manifest-schema.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { EntryPoint, Reflection, ResourceBinding } from '#protocol/wgsl/reflection.ts'
import { parseAmount } from './amount.ts'
import type { DispatchProgram, JobProgram, OverrideProgram, SlotProgram, StepProgram } from './job-program.ts'
import { usesOf } from './resource-use.ts'
import { uniformProgramsOf } from './uniform-types.ts'

/**
 * Reads a manifest together with its kernel's reflection. Pure: no GPU is needed.
 *
 * @throws {Refusal} `manifestInvalid` for what does not fit the kernel, `expressionInvalid`.
 */
export function programOf(manifest: CompleteManifest, reflection: Reflection): JobProgram {
  const dispatches: DispatchProgram[] = []
  const read = (step: CompleteStep, where: string): StepProgram => {
    if ('do' in step) {
      const steps = step.do.map((inner, index) => read(inner, `${where}.do.${index}`))
      return { kind: 'repeat', times: parseAmount(step.repeat), counter: step.as && `$${step.as}`, steps }
    }
    if ('copy' in step) {
      const [from, to] = step.copy
      return { kind: 'copy', from, to, bytes: optional(step.bytes) }
    }
    if ('clear' in step) return { kind: 'clear', name: step.clear }
    const dispatch = readDispatch(manifest, reflection, step, where, dispatches.length)
    dispatches.push(dispatch)
    return dispatch
  }
  const steps = manifest.passes.map((step, index) => read(step, `passes.${index}`))
  const uses = usesOf(manifest, steps)
  return {
    manifest,
    reflection,
    steps,
    dispatches,
    uses,
    uniforms: uniformProgramsOf(manifest, uses, reflection),
  }
}

function readDispatch(
  manifest: CompleteManifest,
  reflection: Reflection,
  step: CompleteDispatch,
  where: string,
  number: number,
): DispatchProgram {
  const entry = reflection.entryPoints.find(({ name }) => name === step.entry)
  if (!entry) {
    const names = reflection.entryPoints.map(({ name }) => name).join(', ')
    throw refuse(`${where}.entry`, `the kernel has no entry point "${step.entry}"`, `Use one of: ${names}.`)
  }
  const slots = entry.bindings
    .toSorted((left, right) => left.group - right.group || left.binding - right.binding)
    .map((declared) => readSlot(manifest, entry, declared, step.bind, where))
  const overrides = Object.entries(step.overrides).map(([name, amount]): OverrideProgram => {
    const declaration = reflection.overrides.find((each) => each.name === name || String(each.id) === name)
    if (!declaration)
      throw refuse(
        `${where}.overrides.${name}`,
        `the kernel declares no override "${name}"`,
        'Correct the name.',
      )
    return { declaration, amount: parseAmount(amount) }
  })
  return { kind: 'dispatch', number, entry, slots, overrides, counts: readCounts(step, where) }
}

function readCounts(step: CompleteDispatch, where: string): DispatchProgram['counts'] {
  if (step.indirect !== undefined) {
    const at = step.indirect.lastIndexOf('@')
    const offset = Number(step.indirect.slice(at + 1))
    return { kind: 'indirect', buffer: step.indirect.slice(0, at), offset }
  }
  const amounts = step.workgroups ?? step.invocations
  if (!amounts) throw refuse(where, 'nothing says how much to dispatch', 'Say "workgroups".')
  const kind = step.workgroups ? 'workgroups' : 'invocations'
  return { kind, amounts: amounts.map((amount) => parseAmount(amount)) }
}

function readSlot(
  manifest: CompleteManifest,
  entry: EntryPoint,
  declared: ResourceBinding,
  bind: Readonly<Record<string, BindingPlan>>,
  where: string,
): SlotProgram {
  const place = `${declared.group}.${declared.binding}`
  const plan = Object.hasOwn(bind, place) ? bind[place] : undefined
  if (plan === undefined)
    throw refuse(
      `${where}.bind.${place}`,
      `"${entry.name}" uses "${declared.name}", to which nothing is bound`,
      'Bind it.',
    )
  const slot = slotOf(declared, plan)
  for (const name of slot.names) checkKind(manifest, declared, name, `${where}.bind.${place}`)
  return slot
}

function slotOf(declared: ResourceBinding, plan: BindingPlan): SlotProgram {
  const none = { declared, turn: undefined, offset: undefined, size: undefined, dynamic: false }
  if (typeof plan === 'string') return { ...none, names: [plan] }
  if ('swap' in plan) return { ...none, names: plan.swap, turn: parseAmount(plan.by ?? '$i') }
  const dynamic = plan.dynamic !== undefined
  return {
    ...none,
    names: [plan.buffer],
    offset: optional(plan.dynamic ?? plan.offset),
    size: optional(plan.size),
    dynamic,
  }
}

/** What a declaration takes: one of the manifest's buffers, textures or samplers. */
function checkKind(manifest: CompleteManifest, declared: ResourceBinding, name: string, where: string): void {
  const wanted = kindsWanted[declared.kind]
  if (wanted === undefined)
    throw refuse(where, `"${declared.name}" is a texture from outside, which no job has`, 'Use texture_2d.')
  if (!Object.hasOwn(manifest[wanted], name))
    throw refuse(
      where,
      `"${name}" is none of the ${wanted}, and "${declared.name}" takes one`,
      'Bind another.',
    )
  const buffer = wanted === 'buffers' ? manifest.buffers[name] : undefined
  const fixed = buffer && !isScratch(buffer) && 'uniform' in buffer
  if (fixed && declared.kind === 'storage' && declared.access === 'read_write')
    throw refuse(
      where,
      `"${name}" is a uniform, which the kernel may only read`,
      'Declare it var<storage, read>.',
    )
}

const kindsWanted = {
  uniform: 'buffers',
  storage: 'buffers',
  texture: 'textures',
  storageTexture: 'textures',
  sampler: 'samplers',
  externalTexture: undefined,
} as const

function optional(amount: number | string | undefined) {
  return amount === undefined ? undefined : parseAmount(amount)
}

function refuse(where: string, message: string, next: string): Refusal {
  return new Refusal('manifestInvalid', `job.json, ${where}: ${message}.`, { where, next })
}
