import { withDeadline } from '../deadline.ts'
import { Interruption } from '../interruption.ts'
import { chooseAdapter, type AdapterPolicy } from './adapter.ts'
import type { JobLimits } from './job-needs.ts'
import { RunnerError } from './runner-error.ts'

const openMsMax = 20_000
const announcementMs = 50

/** A job's own device. Destroying it is what keeps one requester's data from the next. */
export class JobDevice {
  readonly device: GPUDevice
  readonly #loss = new Interruption()

  private constructor(device: GPUDevice) {
    this.device = device
    void device.lost.then(({ message, reason }) => {
      this.#loss.interrupt(new RunnerError('deviceLost', `The GPU device was lost: ${message || reason}.`))
    })
  }

  /**
   * Opens a device with the limits raised to what the job needs, and no further.
   *
   * @throws {RunnerError} `tooLargeForDevice`, `deviceLost`, and those of `chooseAdapter`.
   */
  static async open(gpu: GPU, policy: AdapterPolicy, needs: JobLimits, label: string): Promise<JobDevice> {
    const { adapter } = await chooseAdapter(gpu, policy)
    const requiredLimits: Record<string, number> = {}
    for (const [name, need] of Object.entries(needs) as [keyof JobLimits, number][]) {
      const offered = adapter.limits[name]
      if (need > offered)
        throw new RunnerError(
          'tooLargeForDevice',
          `The job needs ${name} ${need}; this device offers ${offered}.`,
        )
      requiredLimits[name] = Math.max(need, Math.min(offered, defaultLimits[name]))
    }
    const opening = adapter.requestDevice({ label, requiredLimits, defaultQueue: { label } })
    const lost = () => new RunnerError('deviceLost', 'The GPU does not open a device.')
    return new JobDevice(await withDeadline(opening, openMsMax, lost))
  }

  /** The work's outcome, unless the device is lost first. */
  async whileAlive<T>(work: Promise<T>): Promise<T> {
    try {
      return await this.#loss.guard(work)
    } catch (error) {
      if (error instanceof RunnerError) throw error
      // A loss aborts what is pending, with less telling errors, a moment before it is announced.
      await new Promise((resolve) => setTimeout(resolve, announcementMs))
      throw this.#loss.error ?? error
    }
  }

  /**
   * Runs `work`, whose GPU calls are made before it returns, and throws what the device then says against them.
   *
   * @throws {RunnerError} `invalidJob` or `tooLargeForDevice`
   */
  async checked<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const filters = ['validation', 'out-of-memory', 'internal'] as const
    for (const filter of filters) this.device.pushErrorScope(filter)
    const made = attempt(what, work)
    const scopes = filters.map(() => this.device.popErrorScope())
    // The device's word comes first: it says why, where a promise of `work` may only say that it was aborted.
    const [internal, memory, validation] = await this.whileAlive(Promise.all(scopes))
    if (memory) throw new RunnerError('tooLargeForDevice', `${what}: ${memory.message}`)
    const error = validation ?? internal
    if (error) throw new RunnerError('invalidJob', `${what}: ${error.message}`)
    return await this.whileAlive(made)
  }

  destroy(): void {
    this.#loss.interrupt(new RunnerError('deviceLost', 'The device was closed.'))
    this.device.destroy()
  }
}

/** What every WebGPU device has; asking for less than these is asking for these. */
const defaultLimits: JobLimits = {
  maxBufferSize: 268_435_456,
  maxStorageBufferBindingSize: 134_217_728,
  maxUniformBufferBindingSize: 65_536,
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBuffersPerShaderStage: 12,
}

/**
 * The work's outcome as a promise whose failure may be looked at later, or never. What WebGPU throws or rejects with,
 * it says of the job's numbers and text: a stranger's doing, not ours.
 */
function attempt<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const made = (async () => await work())().catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RunnerError('invalidJob', `${what}: ${reason}`, { cause })
  })
  made.catch(() => undefined)
  return made
}
