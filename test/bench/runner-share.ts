import type { Runner } from '#runner/runner.ts'
import { median } from './median.ts'
import { spinKernel, unitBytes, workgroupsPerUnit } from './spin-kernel.ts'
import { spinSource } from './tiling-overhead.ts'

const rounds = 5

/** Units a second through the runner, two at a time, one megabyte in and out ÷ dispatches a second of a bare loop. */
export async function runnerShares(
  gpu: GPU,
  runner: Runner,
  tell: (line: string) => void,
): Promise<Record<string, number>> {
  const bare = await BareLoop.open(gpu)
  const shares: Record<string, number> = {}
  for (const targetMs of [10, 50]) {
    const turns = await bare.turnsFor(targetMs)
    const count = Math.ceil(1_000 / targetMs)
    const ratios: number[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const bareMs = await bare.msPerDispatch(turns, count)
      const runnerMs = await msPerUnit(runner, turns, count)
      // The first round compiles and learns the kernel's rate.
      if (round > 0) ratios.push(bareMs / runnerMs)
    }
    shares[`${targetMs}ms`] = median(ratios)
    tell(`runner ÷ bare at ${targetMs} ms: ${median(ratios).toFixed(3)}`)
  }
  bare.close()
  return shares
}

async function msPerUnit(runner: Runner, turns: number, count: number): Promise<number> {
  const source = spinSource(turns)
  const beginMs = performance.now()
  let next = 0
  const lane = async () => {
    for (; next < count; next += 1) await runner.run(source, 0)
  }
  await Promise.all([lane(), lane()])
  return (performance.now() - beginMs) / count
}

/** The kernel dispatched back to back with two in flight, nothing uploaded, nothing read. */
class BareLoop {
  readonly #device: GPUDevice
  readonly #pipeline: GPUComputePipeline
  readonly #params: GPUBuffer
  readonly #group: GPUBindGroup

  private constructor(device: GPUDevice, pipeline: GPUComputePipeline) {
    this.#device = device
    this.#pipeline = pipeline
    const { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage
    const buffer = (size: number, usage: number) => device.createBuffer({ size, usage })
    this.#params = buffer(16, UNIFORM | COPY_DST)
    const buffers = [buffer(unitBytes, STORAGE), buffer(unitBytes, STORAGE), this.#params]
    this.#group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((resource, binding) => ({ binding, resource: { buffer: resource } })),
    })
  }

  static async open(gpu: GPU): Promise<BareLoop> {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) throw new Error('this machine has no adapter')
    const device = await adapter.requestDevice()
    const module = device.createShaderModule({ code: spinKernel })
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } })
    return new BareLoop(device, pipeline)
  }

  async msPerDispatch(turns: number, count: number): Promise<number> {
    const { queue } = this.#device
    queue.writeBuffer(this.#params, 0, new Uint32Array([turns, 0, 0, 0]))
    await this.#submit()
    const beginMs = performance.now()
    let before = Promise.resolve<undefined>(undefined)
    for (let dispatch = 0; dispatch < count; dispatch += 1) {
      const done = this.#submit()
      await before
      before = done
    }
    await before
    return (performance.now() - beginMs) / count
  }

  async turnsFor(targetMs: number): Promise<number> {
    let turns = 64
    // On a fast device a few turns take no time that could be measured.
    while ((await this.msPerDispatch(turns, 4)) < targetMs / 2) turns *= 2
    return Math.max(1, Math.round((turns * targetMs) / (await this.msPerDispatch(turns, 8))))
  }

  close(): void {
    this.#device.destroy()
  }

  #submit(): Promise<undefined> {
    const encoder = this.#device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(this.#pipeline)
    pass.setBindGroup(0, this.#group)
    pass.dispatchWorkgroups(workgroupsPerUnit)
    pass.end()
    this.#device.queue.submit([encoder.finish()])
    return this.#device.queue.onSubmittedWorkDone()
  }
}
