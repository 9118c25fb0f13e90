import { assert } from '#protocol/assert.ts'
import type { DispatchPlan, Manifest } from '#protocol/manifest.ts'
import { declaredBindings, type BindingKind } from './declared-bindings.ts'
import type { JobDevice } from './job-device.ts'
import { RunnerError, type CompilerMessage } from './runner-error.ts'
import { bufferKindOf } from './unit-plan.ts'

/** A dispatch made ready: its pipeline, and which buffer goes into which slot of which group. */
export interface DispatchPipeline {
  readonly pipeline: GPUComputePipeline
  readonly groups: readonly SlotGroup[]
}

export interface SlotGroup {
  readonly layout: GPUBindGroupLayout
  readonly slots: readonly { readonly binding: number; readonly buffer: string }[]
}

type Slot = {
  readonly group: number
  readonly binding: number
  readonly buffer: string
  readonly kind: BindingKind
}

/**
 * Compiles the kernel and makes a pipeline for every dispatch, by pass.
 *
 * @throws {RunnerError} `compileFailed` with the compiler's messages, or `invalidJob`.
 */
export async function makePipelines(
  jobDevice: JobDevice,
  manifest: Manifest,
  wgsl: string,
): Promise<DispatchPipeline[][]> {
  const module = await compile(jobDevice, wgsl, manifest.name)
  const declared = declaredBindings(wgsl)
  const passes: DispatchPipeline[][] = []
  for (const pass of manifest.passes) {
    const dispatches: DispatchPipeline[] = []
    for (const dispatch of pass.do) {
      const slots = slotsOf(manifest, dispatch, declared)
      dispatches.push(await makePipeline(jobDevice, module, dispatch.entry, slots))
    }
    passes.push(dispatches)
  }
  return passes
}

async function compile(jobDevice: JobDevice, wgsl: string, label: string): Promise<GPUShaderModule> {
  const { device } = jobDevice
  // Errors come from the compiler with line and column; the scope only keeps them out of the console.
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label, code: wgsl })
  const scope = device.popErrorScope()
  const { messages } = await jobDevice.whileAlive(module.getCompilationInfo())
  const fault = await jobDevice.whileAlive(scope)
  const compilerMessages: CompilerMessage[] = messages
    .filter((message) => message.type === 'error')
    .map((message) => ({ line: message.lineNum, column: message.linePos, text: message.message }))
  const [first] = compilerMessages
  if (first)
    throw new RunnerError(
      'compileFailed',
      `The kernel does not compile: ${first.line}:${first.column} ${first.text}`,
      {
        compilerMessages,
      },
    )
  if (fault) throw new RunnerError('compileFailed', `The kernel does not compile: ${fault.message}`)
  return module
}

function slotsOf(
  manifest: Manifest,
  dispatch: DispatchPlan,
  declared: ReadonlyMap<string, BindingKind>,
): Slot[] {
  return Object.entries(dispatch.bind).map(([place, buffer]) => {
    const [group, binding] = place.split('.').map(Number)
    const plan = manifest.buffers[buffer]
    assert(group !== undefined && binding !== undefined && plan, 'a parsed manifest binds what it declares')
    const declaredKind = declared.get(`${group}.${binding}`)
    const fallback = { input: 'read-only-storage', uniform: 'uniform', scratch: 'storage' } as const
    const bufferKind = bufferKindOf(plan)
    if (bufferKind !== 'scratch' && declaredKind === 'storage')
      throw new RunnerError(
        'invalidJob',
        `The kernel may write to "${buffer}" at ${place}, which every unit shares: declare it read-only.`,
      )
    return { group, binding, buffer, kind: declaredKind ?? fallback[bufferKind] }
  })
}

async function makePipeline(
  jobDevice: JobDevice,
  module: GPUShaderModule,
  entry: string,
  slots: readonly Slot[],
): Promise<DispatchPipeline> {
  const { device } = jobDevice
  const groupCount = Math.max(0, ...slots.map((slot) => slot.group + 1))
  const groups = await jobDevice.checked(`The bindings of "${entry}"`, () =>
    Array.from({ length: groupCount }, (_, group): SlotGroup => {
      const mine = slots.filter((slot) => slot.group === group)
      const entries = mine.map(({ binding, kind }) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: kind },
      }))
      return {
        layout: device.createBindGroupLayout({ label: `${entry} group ${group}`, entries }),
        slots: mine,
      }
    }),
  )
  const pipeline = await jobDevice.checked(`The entry point "${entry}"`, () => {
    const bindGroupLayouts = groups.map((group) => group.layout)
    const layout = device.createPipelineLayout({ label: entry, bindGroupLayouts })
    return device.createComputePipelineAsync({ label: entry, layout, compute: { module, entryPoint: entry } })
  })
  return { pipeline, groups }
}
