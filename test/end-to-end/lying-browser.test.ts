import { afterEach, expect, test } from 'vitest'
import { readBooks } from '../network/books.ts'
import { LocalNetwork } from '../network/local-network.ts'
import { RunningJob } from '../network/running-job.ts'

let network: LocalNetwork | undefined

afterEach(async () => {
  await network?.stop()
})

/** What a cheat would change in the worker: the bytes that are read back from the GPU. */
const lies = {
  garbage: 'new Float32Array(range).forEach((_, index, floats) => { floats[index] = Math.random() })',
  zeros: 'new Uint8Array(range).fill(0)',
  nan: 'new Float32Array(range).fill(NaN)',
  stale:
    'globalThis.stale ??= range.slice(0); new Uint8Array(range).set(new Uint8Array(globalThis.stale).subarray(0, range.byteLength))',
} as const

test.each(Object.entries(lies))(
  '[E4] [Q4] a browser that returns %s is paid nothing, and its units are done again',
  async (_name, lie) => {
    network = await LocalNetwork.start()
    const patch = `{
    const honest = GPUBuffer.prototype.getMappedRange
    GPUBuffer.prototype.getMappedRange = function (...place) { const range = honest.apply(this, place); ${lie}; return range }
  }\n`
    const liar = await network.addProvider({ workerPatch: patch })
    await network.addProvider()
    await network.addProvider()
    const job = await RunningJob.submit(network, { tilesPerSide: 3, samples: 2 })
    const { view, providers } = await job.settled()
    expect(view.units.accepted).toBe(9)
    const account = await liar.accountShown()
    const caught = providers.find(({ id }) => id === account)
    expect(caught?.refused, 'the liar did lie').toBeGreaterThan(0)
    // The very first result of "stale" is honest: it is the one it repeats.
    expect(caught?.accepted).toBeLessThanOrEqual(_name === 'stale' ? 1 : 0)
    expect((await readBooks(network.url, view, providers)).faults).toEqual([])
  },
)
