import { assert } from '#protocol/assert.ts'
import type { JobDevice } from './job-device.ts'
import type { DispatchPipeline } from './pipelines.ts'
import { poisonWord } from './poison.ts'
import type { UnitPlan } from './unit-plan.ts'

/** What all lanes of a job share. */
export interface LaneJob {
  readonly jobDevice: JobDevice
  readonly label: string
  readonly pipelines: readonly (readonly DispatchPipeline[])[]
  /** Uploaded once, never written by a kernel. */
  readonly inputs: ReadonlyMap<string, GPUBuffer>
  /** Whether results start poisoned rather than as zeros. */
  readonly poisoned: boolean
}

/**
 * One unit's buffers: its own scratch, uniforms and readback, used again for the next unit. Two lanes keep the GPU
 * busy while results are read back; a third gains nothing.
 */
export class Lane {
  readonly #job: LaneJob
  readonly #label: string
  readonly #buffers = new Map<string, GPUBuffer>()
  #bindGroups: { readonly sizes: string; readonly groups: GPUBindGroup[][][] } | undefined

  constructor(job: LaneJob, number: number) {
    this.#job = job
    this.#label = `${job.label} lane ${number}`
  }

  /**
   * Runs one unit and reads its result back.
   *
   * @throws {RunnerError} `invalidJob`, `tooLargeForDevice` or `deviceLost`.
   */
  async run(plan: UnitPlan): Promise<Uint8Array<ArrayBuffer>> {
    const { jobDevice } = this.#job
    const readback = this.#buffer(readbackName, plan.result.bytes, readbackUsage())
    await jobDevice.checked(this.#label, () => {
      this.#prepare(plan)
      this.#submit(plan, readback)
      return readback.mapAsync(GPUMapMode.READ, 0, plan.result.bytes)
    })
    const result = new Uint8Array(readback.getMappedRange(0, plan.result.bytes).slice(0))
    readback.unmap()
    return result
  }

  /** Fills the unit's buffers: uniforms with their values, results with poison where asked for, the rest with zeros. */
  #prepare(plan: UnitPlan): void {
    const { queue } = this.#job.jobDevice.device
    for (const [name, bytes] of plan.uniforms)
      queue.writeBuffer(this.#buffer(name, bytes.length, uniformUsage()), 0, bytes)
    for (const [name, bytes] of plan.bufferBytes) {
      const buffer = this.#buffer(name, bytes, scratchUsage())
      if (name === plan.result.name && this.#job.poisoned)
        queue.writeBuffer(buffer, 0, new Uint32Array(bytes / 4).fill(poisonWord))
    }
  }

  /** One submit per pass, so that other pages' work can come between. */
  #submit(plan: UnitPlan, readback: GPUBuffer): void {
    const { device } = this.#job.jobDevice
    const bindGroups = this.#bindGroupsFor(plan)
    this.#job.pipelines.forEach((pass, passIndex) => {
      const encoder = device.createCommandEncoder({ label: `${this.#label} pass ${passIndex}` })
      if (passIndex === 0) this.#clear(encoder, plan)
      pass.forEach((dispatch, index) => {
        const compute = encoder.beginComputePass({ label: dispatch.pipeline.label })
        compute.setPipeline(dispatch.pipeline)
        bindGroups[passIndex]?.[index]?.forEach((group, place) => {
          compute.setBindGroup(place, group)
        })
        const counts = plan.workgroups[passIndex]?.[index]
        assert(counts, 'a unit plan has counts for every dispatch')
        compute.dispatchWorkgroups(...counts)
        compute.end()
      })
      if (passIndex === this.#job.pipelines.length - 1)
        encoder.copyBufferToBuffer(this.#existing(plan.result.name), 0, readback, 0, plan.result.bytes)
      device.queue.submit([encoder.finish()])
    })
  }

  #clear(encoder: GPUCommandEncoder, plan: UnitPlan): void {
    for (const [name, bytes] of plan.bufferBytes)
      if (name !== plan.result.name || !this.#job.poisoned)
        encoder.clearBuffer(this.#existing(name), 0, bytes)
  }

  /** Bound at the unit's exact sizes, because kernels ask for `arrayLength`. */
  #bindGroupsFor(plan: UnitPlan): GPUBindGroup[][][] {
    const sizes = JSON.stringify([...plan.bufferBytes.values()])
    if (this.#bindGroups?.sizes === sizes) return this.#bindGroups.groups
    const groups = this.#job.pipelines.map((pass) =>
      pass.map((dispatch) =>
        dispatch.groups.map(({ layout, slots }, group) =>
          this.#job.jobDevice.device.createBindGroup({
            label: `${this.#label} group ${group}`,
            layout,
            entries: slots.map(({ binding, buffer }) => ({
              binding,
              resource: this.#binding(buffer, plan),
            })),
          }),
        ),
      ),
    )
    this.#bindGroups = { sizes, groups }
    return groups
  }

  #binding(name: string, plan: UnitPlan): GPUBufferBinding {
    const input = this.#job.inputs.get(name)
    if (input) return { buffer: input }
    const size = plan.bufferBytes.get(name) ?? plan.uniforms.get(name)?.length
    assert(size !== undefined, 'a bound buffer is an input, a uniform or scratch')
    return { buffer: this.#existing(name), size }
  }

  /** The pooled buffer of that name, made anew when it is too small. */
  #buffer(name: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const known = this.#buffers.get(name)
    if (known && known.size >= bytes) return known
    known?.destroy()
    this.#bindGroups = undefined
    const label = `${this.#label} ${name}`
    const buffer = this.#job.jobDevice.device.createBuffer({ label, size: bytes, usage })
    this.#buffers.set(name, buffer)
    return buffer
  }

  #existing(name: string): GPUBuffer {
    const buffer = this.#buffers.get(name)
    assert(buffer, 'a lane makes its buffers before it uses them')
    return buffer
  }
}

// A kernel may read a uniform's fields through `var<storage, read>` as well: its declaration decides.
const uniformUsage = () => GPUBufferUsage.UNIFORM | GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST
const scratchUsage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
const readbackUsage = () => GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
/** No manifest can name a buffer so. */
const readbackName = 'readback:'
