import { spotsPerUnit } from '#protocol/spots-per-unit.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource } from '#runner/job-source.ts'
import { median } from './median.ts'
import { spinSource, turnsFor } from './tiling-overhead.ts'

const rounds = 5
const wallMs = 300_000
const memoryBytesMax = 4 * 1024 ** 3
const unitCount = 32
/** A full bundle: two spots of each unit, as they are drawn. */
const bundle = Array.from(
  { length: spotsPerUnit },
  (_, place) => [Math.floor(place / 2), (place * 29) % spotsPerUnit] as const,
)

/** What checking a unit by two spots costs, in units: where one run shows what a spot wrote, and where it takes two. */
export interface SpotCost {
  readonly once: number
  readonly twice: number
}

/** Measures full bundles of spots and whole units of `targetMs`, side by side. */
export async function spotCost(targetMs: number): Promise<SpotCost> {
  await using child = await RunnerChild.start({ backend: 'default', memoryBytesMax })
  const turns = await turnsFor(child, targetMs)
  return {
    once: await costOf(child, spinSource(turns, unitCount)),
    twice: await costOf(child, spinSource(turns, unitCount, { buffers: { mixed: twiceWritten } })),
  }
}

const twiceWritten = { bytes: '4*$unit.count', result: true, init: 'zero' }

async function costOf(child: RunnerChild, source: JobSource): Promise<number> {
  const units: number[] = []
  const bundles: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const unitMs = await timeOf(() => child.run(source, 0, { wallMs }))
    const bundleMs = await timeOf(() => child.runSpots(source, bundle, { wallMs }))
    // The first round compiles and learns the kernel's rate.
    if (round === 0) continue
    units.push(unitMs)
    bundles.push(bundleMs)
  }
  return (2 / spotsPerUnit) * (median(bundles) / median(units))
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}
