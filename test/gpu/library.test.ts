import { totalmem } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completeFolder } from '#client/sdk/job-folder.ts'
import { localSourceOf } from '#client/sdk/local-source.ts'
import { agrees, inspectResult } from '#coordinator/core/comparators.ts'
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
  })
})
