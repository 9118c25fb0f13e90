/** The child's side of runner-child.ts: the runner over Dawn, in a process that may be ended at any moment. */
import { Worker } from 'node:worker_threads'
import { assert, unreachable } from '#protocol/assert.ts'
import type { UnitList } from '#protocol/unit-list.ts'
import { guardLoops } from '#protocol/wgsl/loop-guard.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { JobSource } from '../job-source.ts'
import { chooseAdapter } from '../adapter.ts'
import { RunnerError } from '../runner-error.ts'
import { Runner, type RunnerOptions } from '../runner.ts'
import { inspectCheck, inspectJob } from './inspect-job.ts'
import { faultOf, LoadFailed } from './child-faults.ts'
import type {
  ChildGuard,
  ChildJob,
  ChildLoad,
  ChildOrder,
  DawnBackend,
  LoadAnswer,
} from './child-messages.ts'
import { openDawn } from './open-dawn.ts'
import type { ChildAnswer } from './supervised-child.ts'

let runner: Runner | undefined
const loads = new Map<number, PromiseWithResolvers<unknown>>()
let lastLoad = 0

new Worker(new URL('./orphan-watch.ts', import.meta.url), { stderr: false }).unref()
// Not `process.exit`, which waits for the GPU.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('message', (message: LoadAnswer | (ChildOrder & { id: number })) => {
  if ('loaded' in message) settleLoad(message)
  else void answer(message)
})

async function answer(order: ChildOrder & { id: number }): Promise<void> {
  const { id: answers } = order
  try {
    say({ answers, value: await perform(order) })
  } catch (error) {
    say({ answers, failure: faultOf(error) })
  }
}

async function perform(order: ChildOrder): Promise<unknown> {
  switch (order.kind) {
    case 'open':
      return await open(order.backend, order.runner)
    case 'inspect':
      return inspectJob(order.job.manifest, order.job.wgsl, order.facts)
    case 'inspectCheck':
      return inspectCheck(order.job.manifest, order.job.wgsl, order.facts)
    case 'guard':
      return guard(order.wgsl, order.turnsMax)
    case 'run':
      assert(runner, 'a child is opened before it runs')
      return await runner.run(sourceOf(order.job), order.unit, order.options)
    case 'runSpots':
      assert(runner, 'a child is opened before it runs')
      return await runner.runSpots(sourceOf(order.job), order.spots, order.options)
    default:
      return unreachable(order)
  }
}

/** The adapter's name, if there is one. */
async function open(backend: DawnBackend, options: RunnerOptions): Promise<string | undefined> {
  const gpu = openDawn(backend)
  runner = new Runner(gpu, options)
  try {
    const { description, software } = await chooseAdapter(gpu, options)
    return backend === 'software' && !software ? undefined : description
  } catch (error) {
    if (error instanceof RunnerError && error.code === 'noAdapter') return undefined
    throw error
  }
}

function guard(wgsl: string, turnsMax: number): ChildGuard {
  const guarded = guardLoops(wgsl, reflect(wgsl), { iterationsMax: turnsMax })
  const { group, binding } = guarded.report
  const entries = reflect(guarded.source).entryPoints.filter(({ bindings }) =>
    bindings.some((each) => each.group === group && each.binding === binding),
  )
  return { ...guarded, entries: entries.map(({ name }) => name), turnsMax }
}

function sourceOf({ key, manifest, wgsl }: ChildJob): JobSource {
  return {
    key,
    manifest,
    wgsl,
    loadInput: async (name) => bytesOf(await load(key, { kind: 'input', name })),
    loadSlice: async (name, begin, end) => bytesOf(await load(key, { kind: 'slice', name, begin, end })),
    loadList: async () => (await load(key, { kind: 'list' })) as UnitList,
  }
}

function load(key: string, what: ChildLoad['what']): Promise<unknown> {
  const waiting = Promise.withResolvers<unknown>()
  lastLoad += 1
  loads.set(lastLoad, waiting)
  say({ load: lastLoad, key, what })
  return waiting.promise
}

function settleLoad(message: LoadAnswer): void {
  const waiting = loads.get(message.loaded)
  loads.delete(message.loaded)
  if ('failed' in message) waiting?.reject(new LoadFailed(message.loaded))
  else waiting?.resolve(message.value)
}

/** Copied, because bytes arrive at odd offsets of a larger buffer. */
function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  assert(value instanceof Uint8Array, 'an input is bytes')
  return new Uint8Array(value)
}

function say(message: ChildAnswer | ChildLoad): void {
  process.send?.(message)
}
