/**
 * The child's side of runner-child.ts: the production runner over Dawn, in a process of its own because native code
 * can crash or hang.
 */
import { create, globals } from 'webgpu'
import { Runner } from '#web/edge/runner/runner.ts'
import { RunnerError } from '#web/edge/runner/runner-error.ts'
import type { ChildReply, ChildRequest } from './runner-child.ts'

Object.assign(globalThis, globals)

const devices = { opened: 0, destroyed: 0 }
const runners = new Map<string, Runner>()

process.on('message', (request: ChildRequest) => {
  void answer(request).then((reply) => process.send?.(reply))
})

async function answer(request: ChildRequest): Promise<ChildReply> {
  const { id } = request
  try {
    if (request.kind === 'devices') return { id, value: { ...devices } }
    const key = JSON.stringify(request.options)
    const runner = runners.get(key) ?? new Runner(countingGpu(), request.options)
    runners.set(key, runner)
    switch (request.kind) {
      case 'describe':
        return { id, value: await runner.describe() }
      case 'run': {
        const { job } = request
        const source = {
          ...job,
          loadInput: (name: string) => Promise.resolve(new Uint8Array(job.inputs[name] ?? [])),
        }
        return { id, value: await runner.run(source, request.unit) }
      }
      case 'close':
        runners.delete(key)
        runner.close()
        return { id, value: undefined }
    }
  } catch (error) {
    if (error instanceof RunnerError)
      return { id, failure: { code: error.code, message: error.message, compiler: error.compilerMessages } }
    return { id, failure: { code: 'other', message: String(error), compiler: [] } }
  }
}

/** A GPU that counts the devices which are opened, and those which end because they were destroyed. */
function countingGpu(): GPU {
  const gpu = create([])
  const request = gpu.requestAdapter.bind(gpu)
  gpu.requestAdapter = async (options) => {
    const adapter = await request(options)
    if (!adapter) return adapter
    const requestDevice = adapter.requestDevice.bind(adapter)
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor)
      devices.opened += 1
      void device.lost.then((info) => {
        if (info.reason === 'destroyed') devices.destroyed += 1
      })
      return device
    }
    return adapter
  }
  return gpu
}
