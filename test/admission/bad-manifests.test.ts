import { describe, expect, test } from 'vitest'
import { Refusal } from '#protocol/refusal.ts'
import { received, SomeBlobs } from './a-job.ts'
import { badManifests } from './bad-manifests.ts'

/** What a job is refused with before its kernel is looked at. */
function refusalOf(receive: () => unknown): unknown {
  try {
    receive()
    return undefined
  } catch (error) {
    return error
  }
}

describe('[A2] manifests that are refused without a look at their kernel', () => {
  test.each(badManifests.map((job) => [job.title, job] as const))('%s', (_title, job) => {
    const refusal = refusalOf(() => received(job, new SomeBlobs()))
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({
      reason: job.reason,
      message: expect.stringMatching(job.says) as unknown,
      where: job.where ?? (expect.any(String) as unknown),
      next: expect.stringMatching(/\w/) as unknown,
    })
  })

  test('the good job, from which each of them differs, is not', () => {
    expect(refusalOf(() => received({}, new SomeBlobs()))).toBeUndefined()
  })
})
