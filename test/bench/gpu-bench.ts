import { completeFolder } from '#client/sdk/job-folder.ts'
import { localSourceOf } from '#client/sdk/local-source.ts'
import { openDawn } from '#runner/dawn/open-dawn.ts'
import type { JobSource } from '#runner/job-source.ts'
import { Runner } from '#runner/runner.ts'
import { matmulFlops } from '#shaders/matmul/flops.ts'
import { openLibraryJob } from '#test/gpu/library-job.ts'
import { fmaFlopsPerUnit, fmaSource } from './fma-kernel.ts'
import { median } from './median.ts'
import { pathTracerFlops } from './path-tracer-flops.ts'
import { runnerShares } from './runner-share.ts'

const rounds = 5
/** Twelve multiplications and additions, a square root, a division: the usual count of an all-pairs step. */
const flopsPerPull = 20

export interface GpuFigures {
  readonly adapter: string
  /** Whether the adapter computes on the processor; its figures say nothing about GPUs. */
  readonly software: boolean
  /** The most that a chain of fused multiply-adds reached in this run. */
  readonly ceilingGflops: number
  /** GFLOP/s of a unit as the job runs it, by GPU time. */
  readonly gflops: Record<string, number>
  readonly shareOfCeiling: Record<string, number>
  /** Units a second through the runner ÷ dispatches a second of a bare loop, by length of the unit. */
  readonly runnerRatios: Record<string, number>
}

/** Measures kernels of the library and the runner itself on this machine's adapter, in this process. */
export async function measureGpu(tell: (line: string) => void): Promise<GpuFigures> {
  const gpu = openDawn('default')
  const runner = new Runner(gpu, { allowSoftwareAdapter: true, pace: { submitMs: 50, duty: 1 } })
  try {
    const adapter = await runner.describe()
    tell(`on ${adapter}`)
    const ceiling = await bestGflops(runner, fmaSource(), 0, fmaFlopsPerUnit)
    tell(`ceiling ${ceiling.toFixed(1)} GFLOP/s`)
    const gflops: Record<string, number> = {}
    for (const [name, { source, flops }] of await subjects(runner)) {
      gflops[name] = await bestGflops(runner, source, 0, flops)
      tell(`${name} ${gflops[name].toFixed(2)} GFLOP/s`)
    }
    const shares = Object.entries(gflops).map(([name, value]) => [name, value / ceiling] as const)
    return {
      adapter,
      software: /swiftshader|llvmpipe|lavapipe|warp/i.test(adapter),
      ceilingGflops: ceiling,
      gflops,
      shareOfCeiling: Object.fromEntries(shares),
      runnerRatios: await runnerShares(gpu, runner, tell),
    }
  } finally {
    runner.close()
  }
}

interface Subject {
  readonly source: JobSource
  readonly flops: number
}

async function subjects(runner: Runner): Promise<Map<string, Subject>> {
  const matmul = await sourceOf('matmul')
  const nBody = await sourceOf('n-body')
  const { parameters } = nBody.manifest as { parameters: Record<string, number> }
  const { bodies = 0, sources = 0, steps = 0 } = parameters
  const tracer = await sourceOf('path-tracer')
  const { 0: rows = 0, 1: columns = 0 } = matmulShape(matmul)
  return new Map([
    ['matmul', { source: matmul, flops: matmulFlops(rows, 784, columns) }],
    ['n-body', { source: nBody, flops: flopsPerPull * bodies * sources * steps }],
    ['path-tracer', { source: tracer, flops: await pathTracerFlops(runner, tracer) }],
  ])
}

/** Rows of a unit, and columns: those of its image. */
function matmulShape({ manifest }: JobSource): number[] {
  const { units, collect } = manifest
  if (!('granule' in units) || collect.kind !== 'image') throw new Error('matmul is no longer what it was')
  return [units.granule, collect.width]
}

async function sourceOf(name: string): Promise<JobSource> {
  const { manifest, files } = await openLibraryJob(name)
  return { ...localSourceOf(completeFolder({ manifest, files })), key: name }
}

async function bestGflops(runner: Runner, source: JobSource, unit: number, flops: number): Promise<number> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const { gpuMs } = await runner.run(source, unit)
    // The first round compiles.
    if (round > 0) times.push(gpuMs)
  }
  return flops / median(times) / 1e6
}
