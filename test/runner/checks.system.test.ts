import { afterAll, beforeAll, expect, test } from 'vitest'
import { isGood } from '#protocol/check-task.ts'
import {
  checkOfRoots,
  completeRoots,
  rootsCheckWgsl,
  rootsWgsl,
  someSquares,
} from '#test/protocol/a-checked-job.ts'
import { ObservedChild, type ObservedJob } from './observed-child.ts'

let child: ObservedChild
beforeAll(() => {
  child = new ObservedChild()
})
afterAll(() => {
  child.end()
})

const numbers = new Uint8Array(someSquares.buffer)
const job: ObservedJob = { key: 'roots', manifest: completeRoots(), wgsl: rootsWgsl, inputs: { numbers } }
const { manifest } = checkOfRoots()
const checkOf = (roots: Uint8Array): ObservedJob => ({
  key: 'roots check',
  manifest,
  wgsl: rootsCheckWgsl,
  inputs: { numbers, roots },
})

test('each of several checks at once is of its own result, on one device, and says which are good', async () => {
  const { opened } = await child.devices()
  const { result } = await child.run(job, 1)
  const candidates = Array.from({ length: 8 }, (_, index) => {
    const words = new Uint32Array(result.slice().buffer)
    // Of every other one, another element is wrong.
    if (index % 2 === 1) words[index] = (words[index] ?? 0) + 1
    return new Uint8Array(words.buffer)
  })
  const outcomes = await Promise.all(candidates.map((candidate) => child.run(checkOf(candidate), 1)))
  expect(outcomes.map((outcome) => isGood(outcome.result))).toEqual(
    candidates.map((_, index) => index % 2 === 0),
  )
  expect((await child.devices()).opened).toBe(opened + 2)
})

test('the last unit is shorter, and so is its result', async () => {
  const { result } = await child.run(job, 3)
  expect(result).toHaveLength(40)
  expect(isGood((await child.run(checkOf(result), 3)).result)).toBe(true)
  // The roots of unit 0 are no roots of unit 3.
  const other = (await child.run(job, 0)).result.slice(0, 40)
  expect(isGood((await child.run(checkOf(other), 3)).result)).toBe(false)
})
