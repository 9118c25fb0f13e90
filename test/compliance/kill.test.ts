import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '#test/simulation/random.ts'
import { attemptsPerBatch, claimant, resultOfBatch } from './numbered-batch.ts'
import { hex32 } from './some-rows.ts'
import { aFolder, openStoreIn } from './temporary-store.ts'

const program = new URL('commit-forever.ts', import.meta.url).pathname
const loops = 12
let folder: string

beforeAll(async () => {
  folder = await aFolder()
})
afterAll(() => rm(folder, { recursive: true }))

test('[D2] [D3] every batch acknowledged before a kill -9 is there after it, and none in part', async () => {
  const random = new Random(42)
  let acknowledged = 0
  for (let loop = 0; loop < loops; loop += 1) {
    const last = await commitUntilKilled(await highestKept(), random.below(60), random.below(3))
    acknowledged = Math.max(acknowledged, last)
    await checkKept(acknowledged)
  }
  expect(acknowledged).toBeGreaterThan(loops)
}, 120_000)

/**
 * Runs a child until it has acknowledged some batches, lets it work on for a few turns of our own loop, and kills it.
 *
 * @returns the last number it acknowledged, those included that were still in the pipe.
 */
async function commitUntilKilled(kept: number, batches: number, turns: number): Promise<number> {
  const child = spawn(process.execPath, [program, folder, `${kept + 1}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = kept
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    last = Number(line)
    if (last === kept + 1 + batches) void killAfter(turns)
  })
  const killAfter = async (left: number): Promise<void> => {
    for (let turn = 0; turn < left; turn += 1) await new Promise(setImmediate)
    child.kill('SIGKILL')
  }
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  return last
}

async function highestKept(): Promise<number> {
  const store = openStoreIn(folder)
  const { length } = (await store.load()).jobs
  await store.close()
  return length
}

async function checkKept(acknowledged: number): Promise<void> {
  const store = openStoreIn(folder)
  const rows = await store.load()
  const count = rows.jobs.length
  expect(count).toBeGreaterThanOrEqual(acknowledged)
  expect(new Set(rows.jobs.map(({ row }) => row.id))).toEqual(
    new Set(Array.from({ length: count }, (_, index) => hex32(index + 1))),
  )
  expect(rows.jobs.every(({ assignmentCount }) => assignmentCount === attemptsPerBatch)).toBe(true)
  const results = rows.openAssignments.filter(({ result }) => result !== undefined)
  expect(results).toHaveLength(count)
  for (const { row, result } of results)
    expect(Buffer.from(result ?? []).equals(resultOfBatch(Number(row.job))), row.id).toBe(true)
  expect(rows.shares).toHaveLength(count)
  expect(rows.shares.every(({ job, earnedWei }) => earnedWei === BigInt(job))).toBe(true)
  expect(rows.claims).toEqual([{ provider: claimant, claimedWei: BigInt(count), transaction: undefined }])
  await store.close()
}

test('[D5] a store whose holder was killed opens again at once', async () => {
  const last = await commitUntilKilled(await highestKept(), 1, 0)
  expect(await highestKept()).toBeGreaterThanOrEqual(last)
})
