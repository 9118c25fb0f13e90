import { pino } from 'pino'
import { afterAll, describe, expect, test } from 'vitest'
import { Refusal } from '#protocol/refusal.ts'
import { Examiner, type ExaminerOptions } from '#coordinator/edge/admission/examiner.ts'
import { received, SomeBlobs, type BadJob, type SentJob } from './a-job.ts'
import { badKernels } from './bad-kernels.ts'
import { badRuns } from './bad-runs.ts'
import { badTexts } from './bad-texts.ts'
import { bombs } from './bombs.ts'
import { childrenLeft } from './children.ts'
import { goodJobs, unprovableJobs } from './good-jobs.ts'
import { misfits } from './misfits.ts'

const log = pino({ level: 'silent' })
const blobs = new SomeBlobs()
const anExaminer = (options: Partial<ExaminerOptions> = {}) =>
  new Examiner({ blobs, log, unprovable: 'refuse', ...options })
/** One for all: whatever it is sent, it goes on. */
const examiner = anExaminer()
const examine = async (job: SentJob, by = examiner) => by.examine(received(job, blobs))

async function expectRefusal(job: BadJob, by = examiner): Promise<void> {
  const refusal = await examine(job, by).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(Refusal)
  expect(refusal).toMatchObject({
    reason: job.reason,
    message: expect.stringMatching(job.says) as unknown,
    where: job.where ?? (expect.any(String) as unknown),
    next: expect.stringMatching(/\w/) as unknown,
  })
  // A compiler quotes the kernel, and its lines may be as long as it pleases.
  expect(String(refusal).length).toBeLessThan(1_000)
  expect(childrenLeft()).toEqual([])
}

afterAll(() => examiner.close())

describe('[A1] [A2] [A3] an examiner refuses', () => {
  describe('kernels that do not compile, or that WebGPU does not take', () => {
    test.each(badKernels.map((job) => [job.title, job] as const))('%s', (_title, job) => expectRefusal(job))
  })

  describe('[F14] kernels that do something that nobody should have to bear', () => {
    test.each(badRuns.map((job) => [job.title, job] as const))('%s', (_title, job) => expectRefusal(job))
  })

  describe('kernels that cost too much to compile', () => {
    const hurried = anExaminer({ canaryMsMax: 5_000 })
    afterAll(() => hurried.close())
    test.each(bombs.map((job) => [job.title, job] as const))('%s', (_title, job) =>
      expectRefusal(job, hurried),
    )
  })

  test('what an inspection finds, all the same', async () => {
    for (const job of [badTexts[2], badTexts[11], misfits[0], misfits[12]]) {
      expect(job).toBeDefined()
      if (job) await expectRefusal(job)
    }
  })
})

describe('[A3] the same examiner afterwards admits', () => {
  test.each(goodJobs.map((job) => [job.title, job] as const))('%s', async (_title, job) => {
    const { canary } = await examine(job)
    expect(canary).toMatchObject({ complete: job.complete, guarded: job.guarded })
    expect(childrenLeft()).toEqual([])
  })
})

describe('[A4] a job that this machine cannot run', () => {
  test.each(unprovableJobs.map((job) => [job.title, job] as const))('%s', async (_title, job) => {
    await expect(examine(job)).rejects.toMatchObject({
      reason: 'notPortable',
      message: expect.stringMatching(job.lacks) as unknown,
    })
    const lenient = anExaminer({ unprovable: 'admit' })
    const { canary, notes } = await examine(job, lenient)
    expect(canary).toBeUndefined()
    expect(notes.join()).toMatch(job.lacks)
  })
})

describe('an examiner', () => {
  test('[A5] examines a job that is bought again no second time, nor for its words and price', async () => {
    const first = await examine({})
    expect(await examine({})).toBe(first)
    const words = { name: 'More squares', price: { perUnitMask: '0.004', budgetMask: '2' } }
    expect(await examine({ manifest: words })).toBe(first)
    expect(await examine({ manifest: { units: { range: [0, 512], granule: 256 } } })).not.toBe(first)
  })

  test('takes one at a time, lets a few wait, and turns the rest away', async () => {
    const busy = anExaminer({ waitingMax: 1 })
    const granules = [32, 64, 128]
    const answers = await Promise.allSettled(
      granules.map((granule) => examine({ manifest: { units: { range: [0, 1024], granule } } }, busy)),
    )
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(answers[2]).toMatchObject({ reason: { reason: 'tooManyJobs' } })
    await busy.close()
  })

  test('[A3] that is closed in the middle of a job leaves no child', async () => {
    const closing = anExaminer()
    const [bomb] = bombs
    const answer = examine(bomb ?? {}, closing).catch((error: unknown) => error)
    await expect.poll(childrenLeft, { timeout: 20_000 }).not.toEqual([])
    await closing.close()
    expect(await answer).toBeInstanceOf(Error)
    expect(childrenLeft()).toEqual([])
  })
})
