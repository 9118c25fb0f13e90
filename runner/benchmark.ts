import type { Speed } from '#protocol/offer.ts'
import { bestRate, nextWork, type Timing } from './benchmark-growth.ts'
import { benchmarkThreads, emptyKernel, f32Kernel, loadOf, u32Kernel } from './benchmark-kernels.ts'
import { ownPipeline } from './own-pipeline.ts'
import type { PacedQueue } from './paced-queue.ts'

/** Each of the four parts begins no submit after so long, whatever the device and the pace. */
const partMsMax = 200
/** Longer submits tell nothing new. */
const submitMsMax = 10
/** Enough for every core of today's largest GPUs; beyond it threads turn more often. */
const workgroupsMax = 1024
const turnsMax = 2 ** 22
/** Workgroups times turns of the first submit: about a millisecond on a processor. */
const workAtFirst = 64
const copyBytesAtFirst = 1024 * 1024
const copyBytesMax = 32 * 1024 * 1024
const copiesMax = 1024
const outBytes = 1024 * 1024
const launches = 9

/**
 * Measures how fast a device computes, copies and starts: under a second on a GPU, little more on a processor.
 * Takes 65 MiB of the device's memory, which go with the device.
 *
 * @throws {RunnerError} `deviceLost`; `invalidJob` or `tooLargeForDevice` where the device refuses a kernel or buffer.
 */
export async function measureSpeed(queue: PacedQueue): Promise<Speed> {
  const { jobDevice } = queue
  const [f32, u32, empty] = await Promise.all([
    ownPipeline(jobDevice, 'benchmark f32', f32Kernel.wgsl),
    ownPipeline(jobDevice, 'benchmark u32', u32Kernel.wgsl),
    ownPipeline(jobDevice, 'benchmark launch', emptyKernel.wgsl),
  ])
  const buffers = await jobDevice.checked('benchmark buffers', () => makeBuffers(jobDevice.device))
  const bench = new Bench(queue, buffers)
  return {
    launchMs: await bench.launchMs(empty),
    gflops: (await bench.operationsPerMs(f32, f32Kernel.operationsPerTurn)) / 1e6,
    gops: (await bench.operationsPerMs(u32, u32Kernel.operationsPerTurn)) / 1e6,
    copyGBps: (await bench.bytesCopiedPerMs()) / 1e6,
  }
}

interface BenchmarkBuffers {
  readonly load: GPUBuffer
  readonly out: GPUBuffer
  readonly copyFrom: GPUBuffer
  readonly copyTo: GPUBuffer
}

function makeBuffers(device: GPUDevice): BenchmarkBuffers {
  const make = (label: string, size: number, usage: GPUBufferUsageFlags) =>
    device.createBuffer({ label: `benchmark ${label}`, size, usage })
  const { UNIFORM, STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage
  return {
    load: make('load', loadOf(0).byteLength, UNIFORM | COPY_DST),
    out: make('out', outBytes, STORAGE),
    copyFrom: make('copy from', copyBytesMax, COPY_SRC | COPY_DST),
    copyTo: make('copy to', copyBytesMax, COPY_DST),
  }
}

/** The parts of the benchmark, one after the other. */
class Bench {
  readonly #queue: PacedQueue
  readonly #buffers: BenchmarkBuffers

  constructor(queue: PacedQueue, buffers: BenchmarkBuffers) {
    this.#queue = queue
    this.#buffers = buffers
  }

  /** The median, after the first. */
  async launchMs(pipeline: GPUComputePipeline): Promise<number> {
    const run = this.#kernel(pipeline)
    const endMs = performance.now() + partMsMax
    await run(1)
    const tookMs: number[] = [await run(1)]
    while (tookMs.length < launches && performance.now() < endMs) tookMs.push(await run(1))
    return tookMs.sort((left, right) => left - right)[tookMs.length >> 1] ?? 0
  }

  async operationsPerMs(pipeline: GPUComputePipeline, operationsPerTurn: number): Promise<number> {
    const run = this.#kernel(pipeline)
    const rate = await this.#measure(run, workAtFirst, workgroupsMax * turnsMax)
    return rate * benchmarkThreads * operationsPerTurn
  }

  async bytesCopiedPerMs(): Promise<number> {
    const { copyFrom, copyTo } = this.#buffers
    const run = (bytes: number) =>
      this.#queue.submit('benchmark copy', (encoder) => {
        for (let left = bytes; left >= 4; left -= copyBytesMax)
          encoder.copyBufferToBuffer(copyFrom, 0, copyTo, 0, wholeWords(Math.min(left, copyBytesMax)))
      })
    return await this.#measure(run, copyBytesAtFirst, copiesMax * copyBytesMax)
  }

  /** Submits that take so many workgroup turns, for their time in ms. */
  #kernel(pipeline: GPUComputePipeline): (work: number) => Promise<number> {
    const { jobDevice } = this.#queue
    const { load, out } = this.#buffers
    const { device } = jobDevice
    const entries = [load, out].map((buffer, binding) => ({ binding, resource: { buffer } }))
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries })
    return async (work) => {
      const workgroups = Math.min(workgroupsMax, Math.max(4, Math.floor(work / 16)))
      return await this.#queue.submit('benchmark', (encoder) => {
        device.queue.writeBuffer(load, 0, loadOf(Math.max(1, Math.round(work / workgroups))))
        const pass = encoder.beginComputePass()
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(workgroups)
        pass.end()
      })
    }
  }

  /** Work per ms. Once unmeasured, because some drivers compile at the first dispatch; then ever more at once. */
  async #measure(
    run: (work: number) => Promise<number>,
    workAtFirst: number,
    workMax: number,
  ): Promise<number> {
    const endMs = performance.now() + partMsMax
    const submitMs = Math.min(submitMsMax, this.#queue.submitMs)
    await run(workAtFirst)
    const timings: Timing[] = []
    for (let work: number | undefined = workAtFirst; work !== undefined;) {
      timings.push({ work, tookMs: await run(work) })
      work = performance.now() < endMs ? nextWork(timings, submitMs, workMax) : undefined
    }
    return bestRate(timings)
  }
}

function wholeWords(bytes: number): number {
  return bytes - (bytes % 4)
}
