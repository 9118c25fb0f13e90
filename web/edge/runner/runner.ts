import { chooseAdapter, type AdapterPolicy } from './adapter.ts'
import { JobRunner, type JobSource } from './job-runner.ts'
import { RunnerError } from './runner-error.ts'

export interface RunnerOptions extends AdapterPolicy {
  readonly watchdogMs?: number
  /** Jobs kept open at once; one more closes the one that has rested longest. */
  readonly jobsOpenMax?: number
  /** A job without a unit for this long is closed: its data does not stay on a volunteer's GPU. */
  readonly restMsMax?: number
  /** How long a hung kernel's device is left alone so that the hang can be reported first. */
  readonly reportMs?: number
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
  /** In the order of their last use. */
  readonly #jobs = new Map<string, OpenJob>()
  readonly #poisoned = new Set<string>()
  #closed = false

  constructor(gpu: GPU, options: RunnerOptions) {
    this.#gpu = gpu
    this.#options = { watchdogMs: 60_000, jobsOpenMax: 2, restMsMax: 30_000, reportMs: 2_000, ...options }
  }

  /**
   * Whether this device can compute at all, and its name.
   *
   * @throws {RunnerError} `noAdapter`, `softwareAdapterOnly` or `deviceLost`.
   */
  async describe(): Promise<string> {
    return (await chooseAdapter(this.#gpu, this.#options)).description
  }

  /**
   * The result of one unit. Opens the job when it is the first.
   *
   * @throws {RunnerError}; {Refusal} for expressions without a value; what `source.loadInput` throws.
   */
  async run(source: JobSource, unit: number): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#poisoned.has(source.key))
      throw new RunnerError('hung', 'A unit of this job hung here before; it is not run again.')
    const job = this.#use(source)
    try {
      return await (await job.opening).run(unit)
    } catch (error) {
      this.#judge(source.key, job, error)
      throw error
    } finally {
      job.inFlight -= 1
      this.#rest(source.key, job)
    }
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
      const opening = JobRunner.open(this.#gpu, source, this.#options)
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
    } else if (error.code === 'hung') {
      this.#poisoned.add(key)
      this.#jobs.delete(key)
      // Destroying a device while an endless kernel runs freezes WebGPU for every page, so the report goes first.
      setTimeout(() => {
        destroy(job)
      }, this.#options.reportMs)
    } else if (error.code === 'deviceLost' || error.code === 'noAdapter') {
      this.#retire(key, job)
    }
  }

  #retire(key: string, job: OpenJob): void {
    clearTimeout(job.restTimer)
    if (this.#jobs.get(key) === job) this.#jobs.delete(key)
    destroy(job)
  }
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
