import { describe, expect, test } from 'vitest'
import { Refusal } from '#protocol/refusal.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import { judgementOf } from '#coordinator/edge/admission/kernel-refusals.ts'
import { kernelSource } from '#coordinator/edge/admission/kernel-source.ts'
import { StoredSource } from '#coordinator/edge/admission/stored-source.ts'
import { inspectJob } from '#runner/dawn/inspect-job.ts'
import { received, SomeBlobs, type BadJob, type SentJob } from './a-job.ts'
import { badTexts } from './bad-texts.ts'
import { misfits } from './misfits.ts'

/** The first part of an examination, for which no child is needed. */
async function inspect(job: SentJob): Promise<Reflection> {
  const blobs = new SomeBlobs()
  const { spec, kernel } = received(job, blobs)
  try {
    const source = new StoredSource(spec, kernelSource(kernel), blobs)
    const list = 'list' in spec.manifest.units ? await source.loadList() : undefined
    return inspectJob(spec.manifest, source.wgsl, { inputBytes: await source.inputBytes(), list })
  } catch (error) {
    throw judgementOf(error, 'inspection', spec.manifest.wgsl)
  }
}

async function expectRefusal(job: BadJob): Promise<void> {
  const refusal = await inspect(job).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(Refusal)
  expect(refusal).toMatchObject({
    reason: job.reason,
    message: expect.stringMatching(job.says) as unknown,
    where: job.where ?? (expect.any(String) as unknown),
    next: expect.stringMatching(/\w/) as unknown,
  })
}

describe('[A2] [I10] kernels that are no portable WGSL', () => {
  test.each(badTexts.map((job) => [job.title, job] as const))('%s', (_title, job) => expectRefusal(job))
})

describe('[A2] [I3] kernels and manifests that do not fit together, or need more than devices have', () => {
  test.each(misfits.map((job) => [job.title, job] as const))('%s', (_title, job) => expectRefusal(job))
})

describe('good jobs', () => {
  test('are what the bad ones differ from', async () => {
    expect((await inspect({})).entryPoints.map(({ name }) => name)).toEqual(['main'])
  })

  test('may have a sliced input', async () => {
    const sliced = { inputs: { numbers: { file: 'numbers.f32', slice: { stride: 4 } } } }
    expect((await inspect({ manifest: sliced })).bindings).toHaveLength(3)
  })
})
