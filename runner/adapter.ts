import { withDeadline } from './deadline.ts'
import { RunnerError } from './runner-error.ts'

export interface AdapterPolicy {
  /** Software adapters compute on the CPU: slow, hot and not what was offered. Tests and demonstrations allow them. */
  readonly allowSoftwareAdapter: boolean
}

export interface AdapterChoice {
  readonly adapter: GPUAdapter
  /** Whether it computes on the CPU. */
  readonly software: boolean
  /** For the contributor's eyes only. */
  readonly description: string
}

/** After a hung kernel a browser answers no request at all; without a bound the session would wait for ever. */
const answerMsMax = 20_000

const softwareArchitectures = new Set(['swiftshader', 'llvmpipe', 'lavapipe', 'warp'])

/**
 * Asks for an adapter. One adapter gives one device, so every job asks anew.
 *
 * @throws {RunnerError} `noAdapter`, `softwareAdapterOnly`, or `deviceLost` when the GPU process does not answer.
 */
export async function chooseAdapter(gpu: GPU, policy: AdapterPolicy): Promise<AdapterChoice> {
  const adapter = await withDeadline(
    gpu.requestAdapter({ powerPreference: 'high-performance' }),
    answerMsMax,
    () => new RunnerError('deviceLost', 'The GPU does not answer.'),
  )
  if (!adapter) throw new RunnerError('noAdapter', 'WebGPU offers no adapter on this device.')
  const { info } = adapter
  const software = info.isFallbackAdapter || softwareArchitectures.has(info.architecture.toLowerCase())
  if (software && !policy.allowSoftwareAdapter)
    throw new RunnerError('softwareAdapterOnly', 'WebGPU runs on the CPU only on this device.')
  const parts = [info.vendor, info.architecture].filter((part) => part !== '')
  return { adapter, software, description: info.description || parts.join(' ') || 'GPU' }
}
