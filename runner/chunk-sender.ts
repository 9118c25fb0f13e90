import type { Chunk } from './chunk.ts'
import { workgroupMsMax, type CoarseWatch } from './coarse-watch.ts'
import { submitChunk } from './encode-chunk.ts'
import type { Lane } from './lane.ts'
import type { Pacer } from './pacer.ts'
import { RunnerError } from './runner-error.ts'
import type { Staging } from './staging.ts'
import type { SubmitGate } from './submit-gate.ts'
import type { UnitPlan } from './unit-plan.ts'
import type { WorkRates } from './work-rates.ts'

/** What chunks need to get onto the GPU. */
export interface ChunkSenderAround {
  readonly lane: Lane
  readonly staging: Staging
  readonly rates: WorkRates
  readonly gate: SubmitGate
  readonly pacer: Pacer
  readonly watchdog: WatchdogLimits
  readonly coarse: CoarseWatch
}

export interface WatchdogLimits {
  /** The least time that any submit is given. */
  readonly watchdogMsMin: number
  /** What a submit is given of which nothing is known, and every submit where the processor computes. */
  readonly unknownMsMax: number
}

/** A submit may take so many times what it should before its kernel counts as hung. */
const slownessMax = 10

/** Submits a unit's chunks one after the other, and learns from how long they take. */
export class ChunkSender {
  readonly #plan: UnitPlan
  readonly #around: ChunkSenderAround
  readonly #underWay = new Set<Promise<void>>()
  #failure: unknown
  #submits = 0
  #gpuMs = 0
  #firstSubmitMs: number | undefined

  constructor(plan: UnitPlan, around: ChunkSenderAround) {
    this.#plan = plan
    this.#around = around
  }

  get submits(): number {
    return this.#submits
  }

  get gpuMs(): number {
    return this.#gpuMs
  }

  /** By `performance.now()`. */
  get firstSubmitMs(): number | undefined {
    return this.#firstSubmitMs
  }

  /**
   * Returns once the chunk is submitted, which may have to wait for others to end.
   *
   * @throws {RunnerError} `hung`, `invalidJob`, `unitTooCoarse`, `deviceLost` …: what became of this chunk or an earlier one.
   */
  async send(chunk: Chunk): Promise<void> {
    const { gate, pacer, lane } = this.#around
    const { jobDevice } = lane.job
    const { submitMs } = pacer
    const limitMs = this.#limitMsFor(chunk, submitMs)
    const { started, ended } = gate.enter({
      wanted: () => jobDevice.failure === undefined,
      submit: () => this.#submit(chunk),
      limitMs,
      late: (culprit) => {
        jobDevice.fail(culprit ? hung(limitMs) : heldUp())
      },
    })
    const underWay = jobDevice.whileAlive(ended).then(
      (tookMs) => {
        this.#learn(chunk, submitMs, tookMs)
        this.#underWay.delete(underWay)
      },
      (error: unknown) => {
        this.#failure ??= error
        this.#underWay.delete(underWay)
      },
    )
    this.#underWay.add(underWay)
    await jobDevice.whileAlive(started)
    this.#throwFailure()
  }

  /** Waits until the GPU is done with all that was sent. @throws as `send` */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay)
    this.#throwFailure()
  }

  async #submit(chunk: Chunk): Promise<void> {
    const { lane, staging } = this.#around
    const { jobDevice } = lane.job
    this.#firstSubmitMs ??= performance.now()
    this.#submits += 1
    const checked = jobDevice.checked(lane.label, () => {
      submitChunk(lane, this.#plan, chunk, staging)
    })
    const done = jobDevice.whileAlive(jobDevice.device.queue.onSubmittedWorkDone())
    done.catch(() => undefined)
    await checked
    await done
  }

  #limitMsFor(chunk: Chunk, submitMs: number): number {
    const { watchdog, rates, lane } = this.#around
    const known = [...chunk.shares.keys()].every((kernel) => rates.isKnown(kernel))
    if (!known || lane.job.jobDevice.software) return Math.max(watchdog.unknownMsMax, watchdog.watchdogMsMin)
    return Math.max(watchdog.watchdogMsMin, slownessMax * submitMs * Math.max(1, chunk.load))
  }

  #learn(chunk: Chunk, submitMs: number, tookMs: number): void {
    const { rates, coarse, lane } = this.#around
    this.#gpuMs += tookMs
    rates.learn(chunk.shares, chunk.load, submitMs, tookMs)
    // A processor is slow at everything, and nobody looks at its screen.
    if (!lane.job.jobDevice.software && coarse.isTooCoarse(chunk.shares, tookMs))
      this.#failure ??= new RunnerError(
        'unitTooCoarse',
        `A single workgroup takes ${Math.round(tookMs)} ms on this device; ${workgroupMsMax} ms are the most.`,
      )
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as Error
  }
}

function hung(limitMs: number): RunnerError {
  return new RunnerError('hung', `A submit of the kernel has not ended within ${Math.round(limitMs)} ms.`)
}

function heldUp(): RunnerError {
  return new RunnerError('deviceLost', 'The GPU is held by a kernel that hangs.')
}
