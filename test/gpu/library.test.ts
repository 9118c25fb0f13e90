import { readdir, readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { completeFolder } from '#client/sdk/job-folder.ts'
import { localSourceOf } from '#client/sdk/local-source.ts'
import { agrees, inspectResult } from '#coordinator/core/comparators.ts'
import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { KernelCase } from '#shaders/kernel-case.ts'

const shaders = new URL('../../shaders/', import.meta.url)
const unitMsMax = 120_000

/** Every kernel of the library but the path tracer, whose cases need no runner (path-tracer.test.ts). */
const kernels = (await readdir(shaders, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory() && entry.name !== 'path-tracer')
  .map(({ name }) => name)

interface Kernel {
  readonly job: Record<string, unknown>
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly cases: readonly KernelCase[]
}

let child: RunnerChild
beforeAll(async () => {
  child = await RunnerChild.start({ backend: 'software', memoryBytesMax: totalmem() / 2 })
  expect(child.adapter, 'a software adapter, such as the one that comes with Chromium').toBeDefined()
})
afterAll(() => child[Symbol.asyncDispose]())

describe.each(kernels)('%s', async (name) => {
  const kernel = await open(name)
  test.each(kernel.cases)('[G19] $title', async (kernelCase) => {
    const { changes = {}, files, unit, title } = kernelCase
    const job = completeFolder({
      manifest: { ...kernel.job, ...changes },
      files: new Map([...kernel.files, ...(files?.() ?? [])]),
    })
    const source = { ...localSourceOf(job), key: `${name}/${title}` }
    const { result } = await child.run(source, unit, { wallMs: unitMsMax })
    const parts = resultPartsOf(job.manifest, unitSpanOf(job.manifest, unit).count)
    expect(inspectResult(result, parts)).toBeUndefined()
    expect(agrees(result, kernelCase.expected(), parts)).toBe(true)
  })
})

async function open(name: string): Promise<Kernel> {
  const folder = new URL(`${name}/`, shaders)
  const names = await readdir(folder)
  const plain = names.filter((file) => /\.(wgsl|csv)$/.test(file))
  const files = new Map<string, Uint8Array>()
  for (const file of plain) files.set(file, await readFile(new URL(file, folder)))
  if (names.includes('prepare.ts')) {
    const { prepare } = (await import(new URL('prepare.ts', folder).href)) as {
      prepare(): Promise<Map<string, Uint8Array>>
    }
    for (const [file, bytes] of await prepare()) files.set(file, bytes)
  }
  const { cases } = (await import(new URL('cases.ts', folder).href)) as Pick<Kernel, 'cases'>
  const job = JSON.parse(await readFile(new URL('job.json', folder), 'utf8')) as Record<string, unknown>
  return { job, files, cases }
}
