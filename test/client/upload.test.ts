import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { MaskClient } from '#client/sdk/mask-client.ts'
import type { SubmitStep } from '#client/sdk/submit-job.ts'
import { aJobJson, someFiles, textBytes } from '#test/client/a-job.ts'
import { SmallCoordinator } from '#test/client/small-coordinator.ts'
import { TestChain } from '#test/client/test-chain.ts'

const pieces = 9
const long = Uint8Array.from({ length: pieces * limits.pieceBytes }, (_, index) => index % 251)
const slicedFolder = {
  manifest: aJobJson({ inputs: { numbers: { file: 'numbers.bin', slice: { stride: 4 } } } }),
  files: new Map([...someFiles(), ['numbers.bin', long]]),
}

let chain: TestChain
let coordinator: SmallCoordinator
let mask: MaskClient

beforeAll(async () => {
  chain = await TestChain.start()
})
beforeEach(async () => {
  coordinator = await SmallCoordinator.start({ chain })
  mask = new MaskClient({ baseUrl: coordinator.url, timing: { retryMs: 1, patienceMs: 100 } })
})
afterEach(() => coordinator.stop())
afterAll(() => chain.stop())

const puts = () => coordinator.requests.filter((request) => request.startsWith('PUT'))

async function submit(folder: typeof slicedFolder) {
  const steps: { name: string; sentBytes: number }[] = []
  const account = privateKeyToAccount(generatePrivateKey())
  const onStep = (step: SubmitStep) => {
    if (step.kind === 'uploaded') steps.push({ name: step.file.name, sentBytes: step.sentBytes })
  }
  return { job: await mask.submit(folder, { account, onStep }), steps }
}

describe('[R9] uploads', () => {
  test('a file in pieces is one step, a few pieces at a time', async () => {
    let [underWay, most] = [0, 0]
    coordinator.faults.push(async (context) => {
      if (context.req.method !== 'HEAD') return undefined
      most = Math.max(most, (underWay += 1))
      await new Promise(setImmediate)
      underWay -= 1
      return undefined
    })
    const { steps } = await submit(slicedFolder)
    expect(steps.find(({ name }) => name === 'numbers.bin')?.sentBytes).toBe(long.length + 32 * pieces)
    expect(steps.map(({ name }) => name)).toEqual(['first.wgsl + second.wgsl', 'numbers.bin', 'job spec'])
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(4)
  })

  test('pieces that are there are not sent again', async () => {
    await submit(slicedFolder)
    const before = puts().length
    const changed = long.slice()
    changed[3 * limits.pieceBytes] = 255 - (changed[3 * limits.pieceBytes] ?? 0)
    const files = new Map([...slicedFolder.files, ['numbers.bin', changed]])
    const { steps } = await submit({ ...slicedFolder, files })
    expect(steps.find(({ name }) => name === 'numbers.bin')?.sentBytes).toBe(limits.pieceBytes + 32 * pieces)
    // Kernel and spec are too small to ask first.
    expect(puts().length - before).toBe(4)
  })

  test('a file that two inputs name is sent once', async () => {
    const manifest = aJobJson({ inputs: { numbers: 'numbers.bin', again: { file: 'numbers.bin' } } })
    const { steps } = await submit({ manifest, files: someFiles() })
    const sent = steps.filter(({ name }) => name === 'numbers.bin').map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([8, 0])
  })

  test('a piece that cannot be stored ends the upload, and nothing is registered', async () => {
    let refused = 0
    coordinator.faults.push((context) => {
      if (context.req.method !== 'PUT' || puts().length < 4) return undefined
      refused += 1
      return context.text('full', 507)
    })
    await expect(submit(slicedFolder)).rejects.toMatchObject({ code: 'answerBroken' })
    expect(coordinator.jobs.size).toBe(0)
    expect(refused).toBeLessThanOrEqual(4)
  })
})

describe('[R8] what a job is made of', () => {
  const merge = `@group(0) @binding(0) var<storage, read> left: array<u32>;
@group(0) @binding(1) var<storage, read> right: array<u32>;
@group(0) @binding(2) var<storage, read_write> merged: array<u32>;
@compute @workgroup_size(1) fn merge() { merged[0] = left[0] + right[0]; }`
  const folder = {
    manifest: aJobJson({
      units: { list: 'runs.csv' },
      collect: { kind: 'raw', buffer: 'out', reduce: { wgsl: 'merge.wgsl' } },
    }),
    files: new Map([
      ...someFiles(),
      ['runs.csv', textBytes('rate,seed\n0.5,1\n0.25,2\n')],
      ['merge.wgsl', textBytes(merge)],
    ]),
  }

  test('list and merging kernel come back by their content ids', async () => {
    const { job } = await submit(folder)
    expect(await job.list()).toEqual({ columns: ['rate', 'seed'], rows: [[0.5, 1], [0.25, 2]] }) // prettier-ignore
    expect(await job.mergeKernel()).toBe(merge)
  })

  test('another content than the id names is refused', async () => {
    const { job } = await submit(folder)
    const { list = '' } = await job.spec()
    coordinator.blobs.set(list, textBytes('rate,seed\n1,1\n1,2\n'))
    await expect(job.list()).rejects.toMatchObject({ code: 'answerBroken' })
  })

  test('a job of a range has neither', async () => {
    const { job } = await submit({ manifest: aJobJson(), files: someFiles() })
    expect(await job.list()).toBeUndefined()
    expect(await job.mergeKernel()).toBeUndefined()
  })
})
