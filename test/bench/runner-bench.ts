import { LocalNetwork } from '#test/network/local-network.ts'
import { measureMainThreadBusy } from '#test/network/main-thread-busy.ts'
import type { ProviderBrowser } from '#test/network/provider-browser.ts'
import { bareMsPerDispatch, turnsFor } from './bare-loop.ts'
import { median } from './median.ts'
import { networkMsPerUnit, runOneUnit } from './network-throughput.ts'
import { spotCost, type SpotCost } from './spot-cost.ts'
import { tilingOverhead } from './tiling-overhead.ts'

export interface RunnerFigures {
  /** Units a second through the network ÷ dispatches a second of the bare loop in the same tab. */
  readonly ratios: Record<string, number>
  /** Milliseconds behind the ratios. */
  readonly unitMs: Record<string, { readonly bare: number; readonly network: number }>
  /** GPU time in submits of so many ms ÷ in one submit. */
  readonly tilingOverhead: Record<string, number>
  /** Time of two spots of a unit of a second ÷ time of the unit. */
  readonly spotCost: SpotCost
  /** Median from a unit's arrival in an idle tab to its kernel's first submit: job, data and device included. */
  readonly leasedToStartedMs: number
  /** Share of time in which the page's main thread was busy while units were computed. */
  readonly mainThreadBusy: number
  readonly adapter: string
}

/** Kinds of unit, and how many of them make a measurement of some seconds. */
const sizes = [
  { targetMs: 10, units: 160 },
  { targetMs: 50, units: 80 },
  { targetMs: 200, units: 32 },
] as const
const watchedMs = 4_000
const startsMeasured = 7

/** Measures the network with one contributor whose browser imitates a GPU in software, or has one. */
export async function measureRunner(tell: (line: string) => void): Promise<RunnerFigures> {
  const overhead = await tilingOverhead(400)
  tell(`tiling overhead: ${JSON.stringify(overhead)}`)
  const spots = await spotCost(1_000)
  tell(`cost of spots: ${JSON.stringify(spots)}`)
  const network = await LocalNetwork.start({ tell })
  try {
    const provider = await network.addProvider()
    const unitMs: RunnerFigures['unitMs'] = {}
    const busy: number[] = []
    for (const size of sizes) {
      const { bare, used, through } = await measureSize(network, provider, size)
      unitMs[`${size.targetMs}ms`] = { bare, network: through }
      busy.push(used)
      tell(`${size.targetMs} ms: bare ${bare.toFixed(1)} ms, through the network ${through.toFixed(1)} ms`)
    }
    const startedMs = await startsOf(network, provider)
    const ratios = Object.fromEntries(
      Object.entries(unitMs).map(([name, { bare, network: through }]) => [name, bare / through]),
    )
    return {
      ratios,
      unitMs,
      tilingOverhead: overhead,
      spotCost: spots,
      leasedToStartedMs: median(startedMs),
      mainThreadBusy: median(busy),
      adapter: await provider.adapterShown(),
    }
  } finally {
    await network.stop()
  }
}

/** Jobs of one unit, each the first that its tab sees. */
async function startsOf(network: LocalNetwork, provider: ProviderBrowser): Promise<number[]> {
  for (let job = 1; job <= startsMeasured; job += 1) await runOneUnit(network, job)
  return (await provider.leasedToStartedMs()).slice(-startsMeasured)
}

/** The bare loop before and after, so that a change of the machine's mood shows in both. */
async function measureSize(
  network: LocalNetwork,
  { page }: ProviderBrowser,
  { targetMs, units }: (typeof sizes)[number],
) {
  const turns = await turnsFor(page, targetMs)
  const dispatches = Math.ceil(3_000 / targetMs)
  const before = await bareMsPerDispatch(page, turns, dispatches)
  const running = networkMsPerUnit(network, turns, units)
  const use = measureMainThreadBusy(page, watchedMs)
  const [through, { busyMs, watchedMs: lookedMs }] = await Promise.all([running, use])
  const after = await bareMsPerDispatch(page, turns, dispatches)
  return { bare: (before + after) / 2, through, used: busyMs / lookedMs }
}
