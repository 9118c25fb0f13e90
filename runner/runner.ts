import { encodeSpots } from '#protocol/spot-results.ts'
import type { SpotPlace } from '#protocol/spots.ts'
import { chooseAdapter, type AdapterPolicy } from './adapter.ts'
import { deviceFactsOf, type DeviceFacts } from './device-facts.ts'
import { inPairs } from './in-pairs.ts'
import { JobRunner } from './job-runner.ts'
import type { JobSource, RunOptions, SpotsOutcome, UnitOutcome } from './job-source.ts'
import { measureDevice, type Measurement } from './measure-device.ts'
import { jobMemoryBytesMax } from './memory-needs.ts'
import type { Pace, Usage } from './pace.ts'
import { Pacer } from './pacer.ts'
import { RunnerError } from './runner-error.ts'
import type { SpotOutcome } from './spot-outcome.ts'
import { SubmitGate } from './submit-gate.ts'

export type { JobSource, RunOptions, SpotsOutcome, UnitOutcome } from './job-source.ts'
export type { DeviceFacts } from './device-facts.ts'
export type { Measurement } from './measure-device.ts'
export type { Pace, Usage } from './pace.ts'

export interface RunnerOptions extends AdapterPolicy {
  /** The least time that a submit is given before its kernel counts as hung; ten times what was predicted is given at any rate. */
  readonly watchdogMsMin?: number
  /** What a submit is given of which nothing is known yet, and every submit of a software adapter. */
  readonly unknownMsMax?: number
  /** How long the compiler may take for a pipeline before the kernel counts as hung. */
  readonly compileMsMax?: number
  /** GPU memory that one job may take. */
  readonly memoryBytesMax?: number
  /** Jobs kept open at once; one more closes the one that has rested longest. */
  readonly jobsOpenMax?: number
  /** A job without a unit for this long is closed: its data does not stay on a volunteer's GPU. */
  readonly restMsMax?: number
  /** How long a hung kernel's device is left alone so that the hang can be reported first. */
  readonly reportMs?: number
  /** The pace to begin with. */
  readonly pace?: Pace
}

const usual: Required<Omit<RunnerOptions, keyof AdapterPolicy>> = {
  watchdogMsMin: 2_000,
  unknownMsMax: 60_000,
  compileMsMax: 60_000,
  memoryBytesMax: jobMemoryBytesMax,
  jobsOpenMax: 2,
  restMsMax: 30_000,
  reportMs: 2_000,
  pace: { submitMs: 12, duty: 1 },
}

interface OpenJob {
  readonly opening: Promise<JobRunner>
  inFlight: number
  restTimer: ReturnType<typeof setTimeout> | undefined
}

/**
 * Runs units of any number of jobs on a `GPU`, each job on a device of its own that is destroyed with it.
 * Knows no DOM: the same code runs in a worker and, over Dawn, in Node.
 */
export class Runner {
  readonly #gpu: GPU
  readonly #options: Required<RunnerOptions>
  readonly #pacer: Pacer
  readonly #gate: SubmitGate
  readonly #madeMs = performance.now()
  /** In the order of their last use. */
  readonly #jobs = new Map<string, OpenJob>()
  readonly #poisoned = new Set<string>()
  #closed = false

  constructor(gpu: GPU, options: RunnerOptions) {
    this.#gpu = gpu
    this.#options = { ...usual, ...options }
    this.#pacer = new Pacer(this.#options.pace)
    this.#gate = new SubmitGate(this.#pacer)
  }

  /**
   * Whether this device can compute at all, and its name.
   *
   * @throws {RunnerError} `noAdapter`, `softwareAdapterOnly` or `deviceLost`.
   */
  async describe(): Promise<string> {
    return (await chooseAdapter(this.#gpu, this.#options)).description
  }

  /** What this device has of what jobs may require. @throws as `describe` */
  async facts(): Promise<DeviceFacts> {
    const { adapter } = await chooseAdapter(this.#gpu, this.#options)
    return deviceFactsOf(adapter, this.#options.memoryBytesMax)
  }

  /** Measures speed and numeric class, at the pace of jobs. Within about a second. @throws as `measureDevice` */
  measure(): Promise<Measurement> {
    return measureDevice(this.#gpu, this.#options, { gate: this.#gate, pacer: this.#pacer })
  }

  /**
   * Runs one unit. Opens the job when it is the first. Two calls at once keep the GPU busy between units.
   *
   * @throws {RunnerError}; {Refusal} for a manifest or an expression that does not fit; what `source` throws.
   */
  run(source: JobSource, unit: number, options: RunOptions = {}): Promise<UnitOutcome> {
    const calledMs = performance.now()
    return this.#within(source, (runner) => runner.run(unit, calledMs, options, source))
  }

  /**
   * Runs spots of units and tells what they wrote. Neighbours of one unit share what it loads.
   *
   * @throws as `run`; {RunnerError} `notCapable` where the kernel cannot be run in parts; {Refusal} `manifestInvalid`
   *   for units of several steps.
   */
  runSpots(
    source: JobSource,
    spots: readonly SpotPlace[],
    options: Pick<RunOptions, 'tileWorkgroups'> = {},
  ): Promise<SpotsOutcome> {
    const calledMs = performance.now()
    return this.#within(source, async (runner) => {
      const groups = await inPairs(byUnit(spots), ({ unit, spots }) =>
        runner.runSpots(unit, spots, calledMs, options),
      )
      const outcomes = groups.flat()
      const sum = (of: (outcome: SpotOutcome) => number) =>
        outcomes.reduce((total, outcome) => total + of(outcome), 0)
      return {
        result: encodeSpots(outcomes.map(({ written }) => written)),
        gpuMs: sum(({ gpuMs }) => gpuMs),
        submits: sum(({ submits }) => submits),
        startedAfterMs: outcomes[0]?.startedAfterMs ?? 0,
      }
    })
  }

  /** Does something on the job's device, opened if need be. */
  async #within<T>(source: JobSource, work: (runner: JobRunner) => Promise<T>): Promise<T> {
    if (this.#poisoned.has(source.key))
      throw new RunnerError('hung', 'A unit of this job hung here before; it is not run again.')
    const job = this.#use(source)
    try {
      return await work(await job.opening)
    } catch (error) {
      this.#judge(source.key, job, error)
      throw error
    } finally {
      job.inFlight -= 1
      this.#rest(source.key, job)
    }
  }

  /** From the next submit but one at the latest, submits are so long and leave the GPU so much time. */
  setPace(pace: Pace): void {
    this.#pacer.setPace(pace)
    this.#gate.look()
  }

  /** Nothing more is submitted until `resume`. What is on the GPU ends there. */
  pause(): void {
    this.#pacer.pause()
  }

  resume(): void {
    this.#pacer.resume()
    this.#gate.look()
  }

  /** How busy this runner has kept the GPU so far. */
  usage(): Usage {
    return { busyMs: this.#pacer.busyMs, elapsedMs: performance.now() - this.#madeMs }
  }

  /** Destroys every device. Units in flight fail with `deviceLost`. */
  close(): void {
    this.#closed = true
    for (const [key, job] of this.#jobs) this.#retire(key, job)
  }

  #use(source: JobSource): OpenJob {
    if (this.#closed) throw new RunnerError('deviceLost', 'The runner is closed.')
    let job = this.#jobs.get(source.key)
    if (!job) {
      this.#makeRoom()
      const opening = JobRunner.open(
        { gpu: this.#gpu, gate: this.#gate, pacer: this.#pacer },
        source,
        this.#options,
      )
      opening.catch(() => undefined)
      job = { opening, inFlight: 0, restTimer: undefined }
    }
    clearTimeout(job.restTimer)
    job.inFlight += 1
    this.#jobs.delete(source.key)
    this.#jobs.set(source.key, job)
    return job
  }

  #makeRoom(): void {
    for (const [key, job] of this.#jobs) {
      if (this.#jobs.size < this.#options.jobsOpenMax) return
      if (job.inFlight === 0) this.#retire(key, job)
    }
  }

  #rest(key: string, job: OpenJob): void {
    if (job.inFlight > 0 || this.#jobs.get(key) !== job) return
    job.restTimer = setTimeout(() => {
      this.#retire(key, job)
    }, this.#options.restMsMax)
  }

  /** What a failure means for the units of the job that come after it. */
  #judge(key: string, job: OpenJob, error: unknown): void {
    if (!(error instanceof RunnerError)) {
      // The data or the expressions failed it: another attempt starts afresh.
      if (job.inFlight === 1) this.#retire(key, job)
    } else if (error.code === 'hung' || error.code === 'deviceLost') {
      if (error.code === 'hung') this.#poisoned.add(key)
      clearTimeout(job.restTimer)
      if (this.#jobs.get(key) === job) this.#jobs.delete(key)
      // Destroying a device while an endless kernel runs, its own or another's, freezes WebGPU for every page, so the
      // report goes first.
      setTimeout(() => {
        destroy(job)
      }, this.#options.reportMs)
    } else if (error.code === 'noAdapter') {
      this.#retire(key, job)
    }
  }

  #retire(key: string, job: OpenJob): void {
    clearTimeout(job.restTimer)
    if (this.#jobs.get(key) === job) this.#jobs.delete(key)
    destroy(job)
  }
}

/** Neighbours of one unit together. */
function byUnit(places: readonly SpotPlace[]): { readonly unit: number; readonly spots: number[] }[] {
  const groups: { readonly unit: number; readonly spots: number[] }[] = []
  for (const [unit, spot] of places) {
    const last = groups.at(-1)
    if (last?.unit === unit) last.spots.push(spot)
    else groups.push({ unit, spots: [spot] })
  }
  return groups
}

/** Also a job that is still opening, as soon as it has opened. A job that failed to open has no device left. */
function destroy(job: OpenJob): void {
  job.opening.then(
    (runner) => {
      runner.destroy()
    },
    () => undefined,
  )
}
