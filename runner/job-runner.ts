import type { UnitList } from '#protocol/unit-list.ts'
import { assert } from '#protocol/assert.ts'
import { unitCountOf } from '#protocol/job-plan.ts'
import { Refusal } from '#protocol/refusal.ts'
import { onlyDispatchOf } from '#protocol/spots.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { AdapterPolicy } from './adapter.ts'
import { CoarseWatch } from './coarse-watch.ts'
import { deviceNeedsOf, needsOfAll } from './device-needs.ts'
import { JobDevice } from './job-device.ts'
import type { JobProgram } from './job-program.ts'
import type { JobSource, RunOptions, UnitOutcome } from './job-source.ts'
import { Lane } from './lane.ts'
import { lanesWithin, memoryNeedsOf } from './memory-needs.ts'
import type { Pacer } from './pacer.ts'
import { Pipelines } from './pipelines.ts'
import { isUnwritten } from './poison.ts'
import { programOf } from './program-builder.ts'
import { readbackPartsOf, resultOf } from './read-back.ts'
import { RunnerError } from './runner-error.ts'
import { shareResources, wholeInputsOf } from './shared-resources.ts'
import { loadSlices, sliceBytesOf } from './slices.ts'
import { outcomeOver, type SpotOutcome } from './spot-outcome.ts'
import { Staging } from './staging.ts'
import type { SubmitGate } from './submit-gate.ts'
import { planUnit, type UnitPlan } from './unit-plan.ts'
import type { WatchdogLimits } from './chunk-sender.ts'
import { UnitRun, type UnitRunAround, type UnitRunOptions } from './unit-run.ts'
import { WorkRates } from './work-rates.ts'

export interface JobRunnerOptions extends AdapterPolicy, WatchdogLimits {
  /** How long the compiler may take for a pipeline before the kernel counts as hung. */
  readonly compileMsMax: number
  /** GPU memory that one job may take. */
  readonly memoryBytesMax: number
}

/** What all jobs of a runner share. */
export interface JobRunnerAround {
  readonly gpu: GPU
  readonly gate: SubmitGate
  readonly pacer: Pacer
}

interface Opened {
  readonly source: JobSource
  readonly program: JobProgram
  readonly list: UnitList | undefined
  readonly jobDevice: JobDevice
  readonly lanes: Lane[]
  /** Bytes that a unit may take. */
  readonly laneBytesMax: number
  readonly inputBytes: ReadonlyMap<string, number>
  readonly around: Omit<UnitRunAround, 'lane'>
}

/** Slices of a unit that are loaded before it has a lane; a tab holds several units, and a requester chooses their size. */
const sliceAheadBytesMax = 8 * 1024 * 1024

/** One job on its own device: compiled and uploaded once, then run unit by unit in one or two lanes. */
export class JobRunner {
  readonly #opened: Opened
  readonly #freeLanes: Lane[]
  readonly #waiting: ((lane: Lane) => void)[] = []
  /** Whoever submits waits for the one before: an older unit goes first, and is read back while the next computes. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(opened: Opened) {
    this.#opened = opened
    this.#freeLanes = [...opened.lanes]
  }

  /**
   * Loads the inputs, opens a device, compiles and uploads.
   *
   * @throws {RunnerError} any but `unwritten`; {Refusal} for a manifest that does not fit its kernel; what `source` throws.
   */
  static async open(
    around: JobRunnerAround,
    source: JobSource,
    options: JobRunnerOptions,
  ): Promise<JobRunner> {
    const { manifest, wgsl } = source
    const program = programOf(manifest, reflect(wgsl))
    const list = 'list' in manifest.units ? await source.loadList() : undefined
    const plans = samplePlans(program, list)
    const [first] = plans
    assert(first, 'a job has a unit')
    const inputs = new Map<string, Uint8Array<ArrayBuffer>>()
    for (const name of wholeInputsOf(program)) inputs.set(name, await source.loadInput(name))
    const inputBytes = new Map([...inputs].map(([name, bytes]) => [name, bytes.length]))
    const needs = plans.map((plan) => memoryNeedsOf(program, plan, inputBytes))
    const sharedBytes = Math.max(...needs.map((need) => need.sharedBytes))
    const laneBytes = Math.max(...needs.map((need) => need.laneBytes))
    const lanes = lanesWithin({ sharedBytes, laneBytes }, options.memoryBytesMax)
    const deviceNeeds = needsOfAll(
      plans.map((plan) => deviceNeedsOf(program, plan, [...inputBytes.values()])),
    )
    const jobDevice = await JobDevice.open(around.gpu, options, deviceNeeds, manifest.name)
    try {
      const pipelines = await Pipelines.open(jobDevice, program, wgsl, options.compileMsMax)
      const shared = await shareResources(jobDevice, program, first, inputs)
      const laneJob = { jobDevice, program, shared }
      return new JobRunner({
        source,
        program,
        list,
        jobDevice,
        inputBytes,
        lanes: Array.from({ length: lanes }, (_, number) => new Lane(laneJob, number)),
        laneBytesMax: Math.floor((options.memoryBytesMax - sharedBytes) / lanes),
        around: {
          ...around,
          pipelines,
          staging: new Staging(jobDevice.device),
          rates: new WorkRates(),
          coarse: new CoarseWatch(),
          watchdog: options,
        },
      })
    } catch (error) {
      jobDevice.destroy()
      throw error
    }
  }

  /**
   * Runs unit `index`. At most one unit per lane is on the GPU; others wait their turn.
   *
   * @param source of what is the unit's own; whole inputs were loaded when the job was opened.
   * @throws {RunnerError} `hung`, `unwritten`, `invalidJob`, `unitTooCoarse`, `tooLargeForDevice`, `deviceLost`;
   *   {Refusal} `expressionInvalid`; what the source throws.
   */
  run(
    index: number,
    calledMs: number,
    options: RunOptions,
    source = this.#opened.source,
  ): Promise<UnitOutcome> {
    return this.#inLane(index, (lane, plan) => this.#compute(lane, plan, calledMs, options), source)
  }

  /**
   * Runs spots of unit `index`, loaded once for all of them, and tells what each wrote.
   *
   * @throws as `run`; {Refusal} `manifestInvalid` for a job that cannot be run in parts.
   */
  runSpots(
    index: number,
    spots: readonly number[],
    calledMs: number,
    options: RunOptions,
  ): Promise<SpotOutcome[]> {
    const { manifest } = this.#opened.program
    if (!onlyDispatchOf(manifest))
      throw new Refusal('manifestInvalid', 'A unit of several steps cannot be run in parts.', {
        where: 'passes',
      })
    return this.#inLane(index, async (lane, plan, prepare) => {
      let runs = 0
      const outcomes: SpotOutcome[] = []
      for (const number of spots)
        outcomes.push(
          await outcomeOver(manifest, async (resultFill) => {
            // The kernel may have written to its slices.
            if (runs > 0) await prepare()
            runs += 1
            return await this.#compute(lane, plan, calledMs, { ...options, spot: { number, resultFill } })
          }),
        )
      return outcomes
    })
  }

  destroy(): void {
    this.#opened.jobDevice.destroy()
  }

  /** Lends a unit, prepared, a lane of its own while `work` goes on. */
  async #inLane<T>(
    index: number,
    work: (lane: Lane, plan: UnitPlan, prepare: () => Promise<void>) => Promise<T>,
    source = this.#opened.source,
  ): Promise<T> {
    const { program, list, jobDevice } = this.#opened
    const plan = planUnit(program.manifest, index, list?.rows[index])
    this.#requireFit(plan)
    // Units that wait their turn load meanwhile, unless that would fill the tab.
    const ahead = sliceBytesOf(plan) <= sliceAheadBytesMax ? await loadSlices(source, plan) : undefined
    const lane = await this.#takeLane()
    try {
      const slices = ahead ?? (await loadSlices(source, plan))
      const prepare = () =>
        jobDevice.checked(lane.label, () => {
          lane.prepare(plan, slices)
        })
      await prepare()
      return await work(lane, plan, prepare)
    } finally {
      this.#giveLane(lane)
    }
  }

  async #compute(
    lane: Lane,
    plan: UnitPlan,
    calledMs: number,
    options: UnitRunOptions,
  ): Promise<UnitOutcome> {
    const { jobDevice, around } = this.#opened
    const run = new UnitRun(plan, { ...around, lane }, options)
    try {
      await this.#inTurn(() => run.submitAll())
    } finally {
      // Whatever happened, the lane must not be used again before the GPU is done with it.
      await run.ended()
    }
    const { bytes } = readbackPartsOf(plan)
    await jobDevice.checked(`${lane.label} read-back`, () =>
      lane.readback.mapAsync(GPUMapMode.READ, 0, bytes),
    )
    const result = resultOf(new Uint8Array(lane.readback.getMappedRange(0, bytes)), plan)
    lane.readback.unmap()
    const { progress, complete } = run.extent
    if (complete && !options.spot) this.#requireWritten(plan, result)
    const startedAfterMs = (run.sent.firstSubmitMs ?? calledMs) - calledMs
    return { result, gpuMs: run.sent.gpuMs, submits: run.sent.submits, startedAfterMs, progress, complete }
  }

  #requireFit(plan: UnitPlan): void {
    const { program, inputBytes, laneBytesMax } = this.#opened
    const { laneBytes } = memoryNeedsOf(program, plan, inputBytes)
    if (laneBytes > laneBytesMax)
      throw new RunnerError(
        'tooLargeForDevice',
        `Unit ${plan.index} needs ${laneBytes} bytes of GPU memory; ${laneBytesMax} are left for it.`,
      )
  }

  /** Textures start as zeros, so that only buffers can show what was not written. */
  #requireWritten(plan: UnitPlan, result: Uint8Array<ArrayBuffer>): void {
    let offset = 0
    for (const part of plan.parts) {
      const plain = this.#opened.program.manifest.buffers[part.name]
      const poisoned =
        plan.bufferBytes.has(part.name) && plain && 'result' in plain && plain.init === undefined
      if (poisoned && isUnwritten(result.subarray(offset, offset + part.bytes), part))
        throw new RunnerError(
          'unwritten',
          `The kernel left parts of "${part.name}" unwritten; if it is meant to, say "init": "zero" of it.`,
        )
      offset += part.bytes
    }
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const { jobDevice } = this.#opened
    const before = this.#turn
    const turn = Promise.withResolvers<undefined>()
    this.#turn = turn.promise
    try {
      await jobDevice.whileAlive(before)
      await work()
    } finally {
      turn.resolve(undefined)
    }
  }

  async #takeLane(): Promise<Lane> {
    const lane = this.#freeLanes.pop()
    if (lane) return lane
    return await this.#opened.jobDevice.whileAlive(new Promise((resolve) => this.#waiting.push(resolve)))
  }

  #giveLane(lane: Lane): void {
    const next = this.#waiting.shift()
    if (next) next(lane)
    else this.#freeLanes.push(lane)
  }
}

/** So many rows of a list are looked at when the device is opened. */
const rowsLookedAtMax = 4096

/** Plans of units whose sizes stand for all. */
function samplePlans({ manifest }: JobProgram, list: UnitList | undefined): UnitPlan[] {
  const count = unitCountOf(manifest.units)
  if (!list) return [...new Set([0, count - 1])].map((index) => planUnit(manifest, index))
  if (list.rows.length < count)
    throw new Refusal('listInvalid', `The units list has ${list.rows.length} rows for ${count} units.`, {
      where: 'units',
    })
  return list.rows
    .slice(0, Math.min(count, rowsLookedAtMax))
    .map((row, index) => planUnit(manifest, index, row))
}
