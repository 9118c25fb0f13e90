import { afterAll, beforeAll, expect, test } from 'vitest'
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

/** Runs four units at once; gives the most slices that were loaded at any time for units that had not ended. */
async function mostLoaded(sliceBytes: number): Promise<number> {
  const granule = sliceBytes / 4
  let loaded = 0
  let most = 0
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
    loadSlice: (_name, begin, end) => {
      loaded += 1
      most = Math.max(most, loaded)
      return Promise.resolve(new Uint8Array(end - begin))
    },
    loadList: () => Promise.reject(new Error('the units are no list')),
  }
  const runs = Array.from({ length: units }, async (_, unit) => {
    const { result } = await child.run(source, unit, { wallMs: 60_000 })
    loaded -= 1
    return new Uint32Array(result.buffer)[0]
  })
  expect(await Promise.all(runs)).toEqual(new Array(units).fill(granule))
  return most
}

test('[G20] small slices are loaded while other units compute', async () => {
  expect(await mostLoaded(1024)).toBeGreaterThan(2)
})

test('[G20] large ones only for units that have a lane', async () => {
  expect(await mostLoaded(12 * 1024 * 1024)).toBeLessThanOrEqual(2)
})
