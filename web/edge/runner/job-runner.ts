import { assert } from '#protocol/assert.ts'
import type { Manifest } from '#protocol/manifest.ts'
import { withDeadline } from '../deadline.ts'
import type { AdapterPolicy } from './adapter.ts'
import { JobDevice } from './job-device.ts'
import { jobNeedsOf } from './job-needs.ts'
import { Lane } from './lane.ts'
import { makePipelines } from './pipelines.ts'
import { isUnwritten } from './poison.ts'
import { RunnerError } from './runner-error.ts'
import { planUnit, wholeWords } from './unit-plan.ts'
import { Watchdog } from './watchdog.ts'

/** A job as the runner takes it. */
export interface JobSource {
  /** One device is kept for each key. */
  readonly key: string
  readonly manifest: Manifest
  readonly wgsl: string
  /** The bytes of an input; called once for each input when the job is opened. */
  loadInput(name: string): Promise<Uint8Array<ArrayBuffer>>
}

export interface JobRunnerOptions extends AdapterPolicy {
  /** How long the GPU may go without ending a unit, or the compiler without a pipeline, before the kernel counts as hung. */
  readonly watchdogMs: number
}

/** One job on its own device: compiled and uploaded once, then run unit by unit in one or two lanes. */
export class JobRunner {
  readonly #manifest: Manifest
  readonly #jobDevice: JobDevice
  readonly #freeLanes: Lane[]
  readonly #waiting: ((lane: Lane) => void)[] = []
  readonly #watchdog: Watchdog

  private constructor(manifest: Manifest, jobDevice: JobDevice, lanes: Lane[], watchdogMs: number) {
    this.#manifest = manifest
    this.#jobDevice = jobDevice
    this.#freeLanes = lanes
    this.#watchdog = new Watchdog(watchdogMs)
  }

  /**
   * Loads the inputs, opens a device, compiles and uploads.
   *
   * @throws {RunnerError} any but `unwritten`; {Refusal} for expressions without a value; what `loadInput` throws.
   */
  static async open(gpu: GPU, source: JobSource, options: JobRunnerOptions): Promise<JobRunner> {
    const { manifest } = source
    const plan = planUnit(manifest, 0)
    const inputs = new Map<string, Uint8Array<ArrayBuffer>>()
    for (const [name, buffer] of Object.entries(manifest.buffers))
      if ('from' in buffer) inputs.set(name, await source.loadInput(buffer.from.slice('input:'.length)))
    const sizes = new Map([...inputs].map(([name, bytes]) => [name, bytes.length]))
    const needs = jobNeedsOf(manifest, plan, sizes)
    const jobDevice = await JobDevice.open(gpu, options, needs.limits, manifest.name)
    try {
      const pipelines = await withDeadline(
        makePipelines(jobDevice, manifest, source.wgsl),
        options.watchdogMs,
        () => new RunnerError('hung', `The kernel does not compile within ${options.watchdogMs} ms.`),
      )
      const uploaded = await jobDevice.checked('The inputs', () => upload(jobDevice.device, inputs))
      const result = manifest.buffers[plan.result.name]
      assert(result && 'bytes' in result, 'a parsed manifest has a result buffer')
      const poisoned = result.init !== 'zero'
      const job = { jobDevice, label: manifest.name, pipelines, inputs: uploaded, poisoned }
      const lanes = Array.from({ length: needs.lanes }, (_, number) => new Lane(job, number))
      return new JobRunner(manifest, jobDevice, lanes, options.watchdogMs)
    } catch (error) {
      jobDevice.destroy()
      throw error
    }
  }

  /**
   * The result of unit `index`. At most one unit per lane is on the GPU; others wait their turn.
   *
   * @throws {RunnerError} `hung`, `unwritten`, `invalidJob`, `tooLargeForDevice`, `deviceLost`; {Refusal} `expressionInvalid`.
   */
  async run(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const plan = planUnit(this.#manifest, index)
    const lane = await this.#takeLane()
    const result = await this.#watchdog.watch(
      lane.run(plan).finally(() => {
        this.#giveLane(lane)
      }),
    )
    const comparator = this.#manifest.verify[plan.result.name]
    assert(comparator, 'a parsed manifest has a comparator for its result')
    if (isUnwritten(result, comparator))
      throw new RunnerError('unwritten', `The kernel left parts of "${plan.result.name}" unwritten.`)
    return result
  }

  destroy(): void {
    this.#jobDevice.destroy()
  }

  async #takeLane(): Promise<Lane> {
    const lane = this.#freeLanes.pop()
    if (lane) return lane
    return await this.#watchdog.unlessHung(new Promise((resolve) => this.#waiting.push(resolve)))
  }

  #giveLane(lane: Lane): void {
    const next = this.#waiting.shift()
    if (next) next(lane)
    else this.#freeLanes.push(lane)
  }
}

function upload(
  device: GPUDevice,
  inputs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Map<string, GPUBuffer> {
  const buffers = new Map<string, GPUBuffer>()
  for (const [name, bytes] of inputs) {
    const size = wholeWords(bytes.length)
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST
    const buffer = device.createBuffer({ label: `input ${name}`, size, usage })
    const whole = bytes.length % 4 === 0 ? bytes : new Uint8Array(size)
    if (whole !== bytes) whole.set(bytes)
    device.queue.writeBuffer(buffer, 0, whole)
    buffers.set(name, buffer)
  }
  return buffers
}
