import { completeManifest } from '#protocol/manifest-inference.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource } from '#runner/job-source.ts'
import { median } from './median.ts'
import { someWords, spinKernel, spinManifest, unitBytes, wordsPerUnit } from './spin-kernel.ts'

const rounds = 5
const wholeMs = 100_000
const wallMs = 300_000
const memoryBytesMax = 4 * 1024 ** 3

/** GPU time of a long dispatch in submits of 8, 16 and 50 ms ÷ the same dispatch whole, side by side. */
export async function tilingOverhead(targetMs: number): Promise<Record<string, number>> {
  const budgets = [8, 16, 50]
  const children = new Map<number, RunnerChild>()
  try {
    for (const submitMs of [wholeMs, ...budgets])
      children.set(
        submitMs,
        await RunnerChild.start({
          backend: 'default',
          memoryBytesMax,
          runner: { pace: { submitMs, duty: 1 } },
        }),
      )
    const whole = children.get(wholeMs)
    if (!whole) throw new Error('there is no child to measure with')
    const source = spinSource(await turnsFor(whole, targetMs))
    const times = new Map<number, number[]>([...children.keys()].map((submitMs) => [submitMs, []]))
    for (let round = 0; round <= rounds; round += 1)
      for (const [submitMs, child] of children) {
        const beginMs = performance.now()
        await child.run(source, 0, { wallMs })
        // The first round compiles and learns the kernel's rate.
        if (round > 0) times.get(submitMs)?.push(performance.now() - beginMs)
      }
    const inOne = median(times.get(wholeMs) ?? [])
    return Object.fromEntries(
      budgets.map((submitMs) => [`${submitMs}ms`, median(times.get(submitMs) ?? []) / inOne]),
    )
  } finally {
    for (const child of children.values()) await child[Symbol.asyncDispose]()
  }
}

/** How many turns of the mixing function make a unit of so many milliseconds here. */
export async function turnsFor(child: RunnerChild, targetMs: number): Promise<number> {
  const gpuMs = async (turns: number) => {
    const source = spinSource(turns)
    await child.run(source, 0, { wallMs })
    return (await child.run(source, 0, { wallMs })).gpuMs
  }
  const [few, many] = [await gpuMs(8), await gpuMs(520)]
  return Math.max(1, Math.round(8 + ((targetMs - few) * 512) / (many - few)))
}

/** Units with their data in memory. */
export function spinSource(turns: number, units = 1, changes: Record<string, unknown> = {}): JobSource {
  const words = new Uint8Array(someWords(units * wordsPerUnit, 1).buffer)
  const { manifest } = completeManifest(
    parseManifest(spinManifest(turns, units, changes)),
    reflect(spinKernel),
    {
      inputBytes: new Map([['words', units * unitBytes]]),
    },
  )
  return {
    key: `spin ${turns} ${JSON.stringify(changes)}`,
    manifest,
    wgsl: spinKernel,
    loadInput: () => Promise.resolve(words),
    loadSlice: (_name, begin, end) => Promise.resolve(words.slice(begin, end)),
    loadList: () => Promise.reject(new Error('the units are no list')),
  }
}
