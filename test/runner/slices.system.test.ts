import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource } from '#runner/job-source.ts'
import { aCompleteManifest } from './kernel-form.ts'

const wgsl = /* wgsl */ `
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read_write> lengths: array<u32, 64>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  lengths[id.x] = arrayLength(&numbers);
}`
const units = 4

let child: RunnerChild
beforeAll(async () => {
  child = await RunnerChild.start({ backend: 'software', memoryBytesMax: 4 * 1024 ** 3 })
})
afterAll(() => child[Symbol.asyncDispose]())

/**
 * Runs four units at once and lets no slice arrive before `enough` loads were asked for and the child had time to ask for
 * more. Gives how many were asked for while none had arrived: no unit could end meanwhile, so no lane came free.
 */
async function askedAtOnce(sliceBytes: number, enough: number): Promise<number> {
  const granule = sliceBytes / 4
  const arrivals: (() => void)[] = []
  const enoughAsked = Promise.withResolvers<undefined>()
  const source: JobSource = {
    key: `slices of ${sliceBytes}`,
    wgsl,
    manifest: aCompleteManifest(
      {
        inputs: { numbers: { file: 'numbers.u32', slice: { stride: 4 } } },
        passes: [{ entry: 'main', workgroups: [1] }],
        units: { range: [0, units * granule], granule },
      },
      wgsl,
      { inputBytes: new Map([['numbers', units * sliceBytes]]) },
    ),
    loadInput: () => Promise.reject(new Error('the input is sliced')),
    loadSlice: async (_name, begin, end) => {
      const arrival = Promise.withResolvers<undefined>()
      arrivals.push(() => {
        arrival.resolve(undefined)
      })
      if (arrivals.length === enough) enoughAsked.resolve(undefined)
      await arrival.promise
      return new Uint8Array(end - begin)
    },
    loadList: () => Promise.reject(new Error('the units are no list')),
  }
  const runs = Promise.all(
    Array.from({ length: units }, (_, unit) => child.run(source, unit, { wallMs: 60_000 })),
  )
  await enoughAsked.promise
  await pause(500)
  const asked = arrivals.length
  for (let arrived = 0; arrived < units; arrived++) {
    await vi.waitUntil(() => arrivals.length > arrived, { timeout: 60_000 })
    arrivals[arrived]?.()
  }
  const lengths = (await runs).map(({ result }) => new Uint32Array(result.buffer)[0])
  expect(lengths).toEqual(new Array(units).fill(granule))
  return asked
}

test('[G20] small slices are loaded while other units hold the lanes', async () => {
  expect(await askedAtOnce(1024, units)).toBe(units)
})

test('[G20] large ones only for units that have a lane', async () => {
  expect(await askedAtOnce(12 * 1024 * 1024, 2)).toBe(2)
})
