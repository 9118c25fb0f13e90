import { Refusal } from '#protocol/refusal.ts'
import { spotRangeOf } from '#protocol/spots.ts'
import { Chunk } from './chunk.ts'
import { ChunkSender, type ChunkSenderAround } from './chunk-sender.ts'
import type { RunOptions } from './job-source.ts'
import type { Pipelines, ReadyPipeline } from './pipelines.ts'
import type { ResultFill } from './poison.ts'
import { RunnerError } from './runner-error.ts'
import { mirrored, reversedTilesMin, TileGrid } from './tile-grid.ts'
import { encodeUniform } from './uniform-program.ts'
import { UnitExtent } from './unit-extent.ts'
import type { UnitPlan } from './unit-plan.ts'
import { walkSteps, type DispatchStep, type Grid, type Step } from './walk-steps.ts'

/** What a unit needs to get onto the GPU. */
export interface UnitRunAround extends ChunkSenderAround {
  readonly pipelines: Pipelines
}

/** How a unit is to be run, or a spot of it. */
export interface UnitRunOptions extends RunOptions {
  /** Only this share of the workgroups is run, of a job with one dispatch, and its results start so. */
  readonly spot?: { readonly number: number; readonly resultFill: ResultFill }
}

/** One unit's way through the GPU: its steps become chunks, each chunk a submit. */
export class UnitRun {
  readonly #plan: UnitPlan
  readonly #around: UnitRunAround
  readonly #options: UnitRunOptions
  readonly #extent: UnitExtent
  readonly #staged = new Map<string, Uint8Array>()
  readonly #sender: ChunkSender
  #chunk = new Chunk()

  constructor(plan: UnitPlan, around: UnitRunAround, options: UnitRunOptions) {
    this.#plan = plan
    this.#around = around
    this.#options = options
    this.#extent = new UnitExtent(options)
    this.#sender = new ChunkSender(plan, around)
  }

  /** What its submits came to so far. */
  get sent(): Pick<ChunkSender, 'submits' | 'gpuMs' | 'firstSubmitMs'> {
    return this.#sender
  }

  /** How far the unit has come, and whether that is all of it. */
  get extent(): Pick<UnitExtent, 'progress' | 'complete'> {
    return this.#extent
  }

  /**
   * Submits all of the unit, the copies for reading back included. Returns once the last submit is on its way.
   *
   * @throws {RunnerError} `hung`, `invalidJob`, `unitTooCoarse`, `deviceLost` …; {Refusal} `expressionInvalid`, `tooLarge`.
   */
  async submitAll(): Promise<void> {
    this.#chunk.add({ kind: 'begin', resultFill: this.#options.spot?.resultFill })
    for (const step of walkSteps(this.#around.lane.job.program, this.#plan.variables)) {
      const adding = this.#add(step)
      if (adding) await adding
      if (this.#chunk.full) await this.#flush()
      if (!this.#extent.complete) break
    }
    this.#chunk.add({ kind: 'finish' })
    await this.#flush()
  }

  /** Waits until the GPU is done with the unit. @throws as `submitAll` */
  async ended(): Promise<void> {
    await this.#sender.ended()
  }

  #add(step: Step): Promise<void> | undefined {
    switch (step.kind) {
      case 'copy':
        if (!this.#mayDoOne()) return undefined
        this.#stageUniform(step.from)
        this.#chunk.add(step)
        return undefined
      case 'clear':
        if (!this.#mayDoOne()) return undefined
        this.#chunk.add(step)
        return undefined
      case 'dispatch':
        return this.#dispatch(step)
    }
  }

  #mayDoOne(): boolean {
    const may = this.#extent.left(performance.now()) > 0
    if (may) this.#extent.did(1)
    return may
  }

  async #dispatch(step: DispatchStep): Promise<void> {
    const { pipelines, rates, pacer, lane } = this.#around
    for (const { name } of step.bound) this.#stageUniform(name)
    const whole = await pipelines.whole(step.dispatch, step.overrides)
    const { grid } = step
    if ('buffer' in grid) {
      if (!this.#mayDoOne()) return
      this.#stageUniform(grid.buffer)
      await this.#addWhole(step, whole, 1)
      return
    }
    checkGrid(lane.job.jobDevice.device, step.dispatch.entry.name, grid)
    const workgroups = grid[0] * grid[1] * grid[2]
    const left = workgroups === 0 ? 0 : this.#extent.left(performance.now())
    if (left === 0) return
    if (this.#options.spot) {
      await this.#addSpot(step, grid, spotRangeOf(this.#options.spot.number, workgroups))
      return
    }
    const room = rates.roomFor(whole.kernelKey, pacer.submitMs)
    const { tileWorkgroups, reversed = false } = this.#options
    const fits =
      workgroups <= Math.min(room, left) && tileWorkgroups === undefined && !(reversed && workgroups > 1)
    const tiled = fits ? undefined : await this.#tiledFor(step)
    if (tiled) await this.#addTiles(step, grid, tiled)
    else if (workgroups > left) this.#extent.cutOff()
    else {
      this.#extent.did(workgroups)
      await this.#addWhole(step, whole, workgroups)
    }
  }

  async #addSpot(step: DispatchStep, grid: Grid, range: { begin: number; end: number }): Promise<void> {
    const tiled = await this.#tiledFor(step)
    if (!tiled)
      throw new RunnerError('notCapable', `"${step.dispatch.entry.name}" cannot be run in parts here.`)
    await this.#addTiles(step, grid, tiled, new TileGrid(grid, range))
  }

  async #tiledFor(step: DispatchStep): Promise<{ ready: ReadyPipeline; workgroupSize: Grid } | undefined> {
    if (this.#around.lane.job.program.manifest.tiling === 'none') return undefined
    const ready = await this.#around.pipelines.tiled(step.dispatch, step.overrides)
    try {
      return ready && { ready, workgroupSize: step.workgroupSize() }
    } catch (error) {
      // A size that only a compiler can work out.
      if (error instanceof Refusal) return undefined
      throw error
    }
  }

  async #addWhole({ bound, grid }: DispatchStep, ready: ReadyPipeline, workgroups: number): Promise<void> {
    const room = await this.#roomFor(ready.kernelKey, workgroups)
    this.#chunk.addDispatch(
      { ready, bound, counts: grid, tile: undefined },
      { kernelKey: ready.kernelKey, workgroups, room },
    )
  }

  async #addTiles(
    { bound }: DispatchStep,
    total: Grid,
    { ready, workgroupSize }: { ready: ReadyPipeline; workgroupSize: Grid },
    tiles = new TileGrid(total),
  ): Promise<void> {
    const { rates, pacer } = this.#around
    const { kernelKey } = ready
    const { tileWorkgroups, reversed = false } = this.#options
    const mostReversed = reversed ? (total[0] * total[1] * total[2]) / reversedTilesMin : Infinity
    while (!tiles.done) {
      const left = this.#extent.left(performance.now())
      if (left === 0) return
      const room = rates.roomFor(kernelKey, pacer.submitMs)
      const most = tileWorkgroups ?? Math.max(1, Math.floor(Math.min(room, mostReversed)))
      const box = tiles.next(Math.min(most, left))
      const workgroups = box.size[0] * box.size[1] * box.size[2]
      this.#extent.did(workgroups)
      const roomNow = await this.#roomFor(kernelKey, workgroups)
      const tile = { offset: reversed ? mirrored(box, total) : box.offset, total, workgroupSize }
      this.#chunk.addDispatch(
        { ready, bound, counts: box.size, tile },
        { kernelKey, workgroups, room: roomNow },
      )
    }
  }

  /** Closes the chunk if so many workgroups more would be too many. */
  async #roomFor(kernelKey: string, workgroups: number): Promise<number> {
    const { rates, pacer } = this.#around
    const room = rates.roomFor(kernelKey, pacer.submitMs)
    if (this.#chunk.shares.size === 0 || (this.#chunk.load + workgroups / room <= 1 && !this.#chunk.full))
      return room
    await this.#flush()
    return rates.roomFor(kernelKey, pacer.submitMs)
  }

  /** Brings a uniform's values up to date, if the name is one's. */
  #stageUniform(name: string): void {
    const uniform = this.#around.lane.job.program.uniforms.get(name)
    const known = this.#staged.get(name)
    if (!uniform || (known && !uniform.changesWithin)) return
    const bytes = encodeUniform(uniform, this.#plan.variables)
    if (known && equal(known, bytes)) return
    this.#staged.set(name, bytes)
    this.#chunk.addUniform(name, bytes)
  }

  async #flush(): Promise<void> {
    const chunk = this.#chunk
    this.#chunk = new Chunk()
    await this.#sender.send(chunk)
    if (this.#sender.firstSubmitMs !== undefined) this.#extent.begin(this.#sender.firstSubmitMs)
  }
}

function checkGrid(device: GPUDevice, entry: string, grid: Grid): void {
  const most = device.limits.maxComputeWorkgroupsPerDimension
  if (grid.some((side) => side > most))
    throw new RunnerError(
      'invalidJob',
      `"${entry}" is dispatched with ${grid.join(' × ')} workgroups; a side has ${most} at most.`,
    )
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
