import { withDeadline } from './deadline.ts'
import { Interruption } from './interruption.ts'
import { chooseAdapter, type AdapterPolicy } from './adapter.ts'
import type { DeviceNeeds } from './device-needs.ts'
import { RunnerError } from './runner-error.ts'

const openMsMax = 20_000
const announcementMs = 50

/** A job's own device. Destroying it is what keeps one requester's data from the next. */
export class JobDevice {
  readonly device: GPUDevice
  /** Whether it computes on the CPU, where nothing is quick. */
  readonly software: boolean
  readonly #loss = new Interruption()

  private constructor(device: GPUDevice, software: boolean) {
    this.device = device
    this.software = software
    void device.lost.then(({ message, reason }) => {
      this.#loss.interrupt(new RunnerError('deviceLost', `The GPU device was lost: ${message || reason}.`))
    })
  }

  /**
   * Opens a device with the features and limits that the job needs, and no further.
   *
   * @throws {RunnerError} `notCapable` naming what is missing, `deviceLost`, and those of `chooseAdapter`.
   */
  static async open(gpu: GPU, policy: AdapterPolicy, needs: DeviceNeeds, label: string): Promise<JobDevice> {
    const { adapter, software } = await chooseAdapter(gpu, policy)
    const requiredFeatures = [
      ...featuresOf(adapter, needs.features),
      ...needs.featuresWished.filter((feature) => adapter.features.has(feature)),
    ] as GPUFeatureName[]
    const requiredLimits = limitsOf(adapter, needs.limits)
    const opening = adapter.requestDevice({
      label,
      requiredFeatures,
      requiredLimits,
      defaultQueue: { label },
    })
    const lost = () => new RunnerError('deviceLost', 'The GPU does not open a device.')
    return new JobDevice(await withDeadline(opening, openMsMax, lost), software)
  }

  /** Why nothing more can be done here: a loss, or what `fail` was told. */
  get failure(): Error | undefined {
    return this.#loss.error
  }

  /** Ends all that is under way with this error. The device itself is left as it is. */
  fail(error: RunnerError): void {
    this.#loss.interrupt(error)
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

function featuresOf(adapter: GPUAdapter, features: readonly string[]): readonly string[] {
  const missing = features.find((feature) => !adapter.features.has(feature))
  if (missing === undefined) return features
  throw new RunnerError(
    'notCapable',
    `The job needs the feature ${missing}, which this device does not have.`,
  )
}

/** Only what is needed. A device has WebGPU's defaults at least, so that less may be asked for than that. */
function limitsOf(adapter: GPUAdapter, limits: Readonly<Record<string, number>>): Record<string, number> {
  const offers = adapter.limits as unknown as Readonly<Record<string, number | undefined>>
  for (const [name, need] of Object.entries(limits)) {
    const offered = offers[name]
    if (offered === undefined || need > offered)
      throw new RunnerError(
        'notCapable',
        `The job needs ${name} ${need}; this device offers ${offered ?? 'none'}.`,
      )
  }
  return Object.fromEntries(Object.entries(limits).filter(([, need]) => need > 0))
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
