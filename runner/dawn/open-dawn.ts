import { create, globals } from 'webgpu'
import type { DawnBackend } from './child-messages.ts'

/** Pause between looks at the device. Without it, Dawn's binding spins and takes a core from what computes. */
const lookMs = 1

/** Collected, a `GPU` would take its devices with it. */
const kept: GPU[] = []

/**
 * WebGPU in Node, through Dawn, with its types and constants as globals. Call it in a child process only: native code
 * may crash or hang on what strangers wrote. Which driver is found is for the process's environment to say.
 *
 * @param backend `null` validates and computes nothing.
 */
export function openDawn(backend: DawnBackend = 'default'): GPU {
  if (kept.length === 0) {
    Object.assign(globalThis, globals)
    sleepWhileWaiting()
  }
  const gpu = create(backend === 'null' ? ['backend=null'] : [])
  kept.push(gpu)
  return gpu
}

/** Dawn's binding looks at the device in every turn of the event loop, and makes turns come at once. */
function sleepWhileWaiting(): void {
  const bell = new Int32Array(new SharedArrayBuffer(4))
  let waiting = 0
  let sleeping = false
  const sleep = () => {
    sleeping = waiting > 0
    if (!sleeping) return
    Atomics.wait(bell, 0, 0, lookMs)
    setImmediate(sleep)
  }
  const slowly = async <T>(promise: Promise<T>): Promise<T> => {
    waiting += 1
    if (!sleeping) setImmediate(sleep)
    sleeping = true
    try {
      return await promise
    } finally {
      waiting -= 1
    }
  }
  const workDone = methodOf(GPUQueue.prototype, 'onSubmittedWorkDone')
  GPUQueue.prototype.onSubmittedWorkDone = function () {
    return slowly(workDone.call(this))
  }
  const map = methodOf(GPUBuffer.prototype, 'mapAsync')
  GPUBuffer.prototype.mapAsync = function (...values) {
    return slowly(map.call(this, ...values))
  }
}

/** A method apart from its object, to be called on others of its kind. */
function methodOf<Kind extends object, Name extends keyof Kind>(prototype: Kind, name: Name): Kind[Name] {
  return prototype[name]
}
