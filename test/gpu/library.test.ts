import { totalmem } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completeFolder, type CompleteJob } from '#client/sdk/job-folder.ts'
import { localCheckOf, localSourceOf } from '#client/sdk/local-source.ts'
import { agrees, inspectResult } from '#coordinator/core/comparators.ts'
import { corrupt, isGood } from '#protocol/check-task.ts'
import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import { libraryNames, openLibraryJob } from './library-job.ts'

const unitMsMax = 120_000
/** All but the path tracer, whose cases need no runner. */
const kernels = (await libraryNames()).filter((name) => name !== 'path-tracer')

let child: RunnerChild
beforeAll(async () => {
  child = await RunnerChild.start({ backend: 'software', memoryBytesMax: totalmem() / 2 })
  expect(child.adapter, 'a software adapter, such as the one that comes with Chromium').toBeDefined()
})
afterAll(() => child[Symbol.asyncDispose]())

describe.each(kernels)('%s', async (name) => {
  const kernel = await openLibraryJob(name)
  test.each(kernel.cases)('[G19] $title', async (kernelCase) => {
    const { changes = {}, files, unit, title } = kernelCase
    const job = completeFolder({
      manifest: { ...kernel.manifest, ...changes },
      files: new Map([...kernel.files, ...(files?.() ?? [])]),
    })
    const source = { ...localSourceOf(job), key: `${name}/${title}` }
    const { result } = await child.run(source, unit, { wallMs: unitMsMax })
    const parts = resultPartsOf(job.manifest, unitSpanOf(job.manifest, unit).count)
    expect(inspectResult(result, parts)).toBeUndefined()
    expect(agrees(result, kernelCase.expected(), parts)).toBe(true)
    if (job.check) await expectJudgement(job, { name, unit, result })
  })
})

/** The verify kernel believes what is right, and nothing that only looks like it. */
async function expectJudgement(
  job: CompleteJob,
  { name, unit, result }: { name: string; unit: number; result: Uint8Array<ArrayBuffer> },
): Promise<void> {
  const saysGood = async (candidate: Uint8Array<ArrayBuffer>) => {
    const source = localCheckOf(job, unit, candidate)
    if (!source) throw new Error('the job has a verify kernel')
    const key = `${name} check ${JSON.stringify([job.manifest.parameters, job.manifest.units])}`
    return isGood((await child.run({ ...source, key }, unit, { wallMs: unitMsMax })).result)
  }
  expect(await saysGood(result)).toBe(true)
  expect(await saysGood(new Uint8Array(result.length))).toBe(false)
  for (const seed of [1, 2, 3]) expect(await saysGood(corrupt(result, Uint8Array.of(seed)))).toBe(false)
}
