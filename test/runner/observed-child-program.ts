/** The child's side of observed-child.ts. */
import { assert, unreachable } from '#protocol/assert.ts'
import { openDawn } from '#runner/dawn/open-dawn.ts'
import type { JobSource } from '#runner/job-source.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { Runner, type RunnerOptions } from '#runner/runner.ts'
import type { ChildReply, ChildRequest, ObservedJob } from './observed-child.ts'

const counts = { opened: 0, destroyed: 0 }
const devices = new Set<GPUDevice>()
const runners = new Map<string, Runner>()
const gpu = countingGpu()

process.on('message', (request: ChildRequest) => {
  void answer(request).then((reply) => process.send?.(reply))
})
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))

async function answer(request: ChildRequest): Promise<ChildReply> {
  const { id } = request
  try {
    return { id, value: await perform(request) }
  } catch (error) {
    if (error instanceof RunnerError)
      return { id, failure: { code: error.code, message: error.message, compiler: error.compilerMessages } }
    return { id, failure: { code: 'other', message: String(error), compiler: [] } }
  }
}

async function perform(request: ChildRequest): Promise<unknown> {
  const runner = runnerFor(request.options)
  switch (request.kind) {
    case 'devices':
      return { ...counts }
    case 'lose':
      for (const device of devices) device.destroy()
      return undefined
    case 'describe':
      return await runner.describe()
    case 'facts':
      return await runner.facts()
    case 'measure':
      return await runner.measure()
    case 'usage':
      return runner.usage()
    case 'pause':
      runner.pause()
      return undefined
    case 'resume':
      runner.resume()
      return undefined
    case 'pace':
      runner.setPace(request.pace)
      return undefined
    case 'run':
      return await runner.run(sourceOf(request.job), request.unit, request.run)
    case 'close':
      runners.delete(JSON.stringify(request.options))
      runner.close()
      return undefined
    default:
      return unreachable(request)
  }
}

function runnerFor(options: RunnerOptions): Runner {
  const key = JSON.stringify(options)
  const runner = runners.get(key) ?? new Runner(gpu, options)
  runners.set(key, runner)
  return runner
}

function sourceOf({ key, manifest, wgsl, inputs, list }: ObservedJob): JobSource {
  const bytesOf = (name: string) => new Uint8Array(inputs[name] ?? [])
  return {
    key,
    manifest,
    wgsl,
    loadInput: (name) => Promise.resolve(bytesOf(name)),
    loadSlice: (name, begin, end) => Promise.resolve(bytesOf(name).slice(begin, end)),
    loadList: () => {
      assert(list, 'a job with a list brings it')
      return Promise.resolve(list)
    },
  }
}

/** A GPU that counts the devices which are opened, and those which end because they were destroyed. */
function countingGpu(): GPU {
  const gpu = openDawn()
  const request = gpu.requestAdapter.bind(gpu)
  gpu.requestAdapter = async (options) => {
    const adapter = await request(options)
    if (!adapter) return adapter
    const requestDevice = adapter.requestDevice.bind(adapter)
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor)
      counts.opened += 1
      devices.add(device)
      void device.lost.then((info) => {
        devices.delete(device)
        if (info.reason === 'destroyed') counts.destroyed += 1
      })
      return device
    }
    return adapter
  }
  return gpu
}
