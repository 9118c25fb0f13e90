import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentIdOf } from '#protocol/content-id.ts'
import { encodeJobSpec, jobIdOf, jobSaltOf, type JobSpec } from '#protocol/job-spec.ts'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { admitJob, readTerms } from '#coordinator/admission.ts'
import { newJob } from '#coordinator/core/jobs.ts'
import { FileBlobs } from '#coordinator/edge/blobs/file-blobs.ts'
import { aFolder } from '#test/compliance/temporary-store.ts'
import { aManifestJson, someBuffers } from '#test/protocol/a-manifest.ts'

const requester = `0x${'ab'.repeat(20)}` as const
const nonce = `0x${'01'.repeat(32)}` as const
const [kernel, numbers] = [Uint8Array.of(1), Uint8Array.of(2)]

describe('admission', () => {
  let folder: string
  let blobs: FileBlobs
  beforeEach(async () => {
    folder = await aFolder()
    blobs = new FileBlobs(folder)
  })
  afterEach(() => rm(folder, { recursive: true }))

  const aSpec = (changes: Record<string, unknown> = {}, kernelText = kernel): JobSpec => ({
    version: protocolVersion,
    manifest: requireComplete(parseManifest(aManifestJson(changes))),
    kernel: contentIdOf(kernelText),
    inputs: { numbers: contentIdOf(numbers) },
  })
  const admit = async (spec: JobSpec) =>
    (await admitJob(blobs, { spec: await blobs.put(encodeJobSpec(spec)), requester, nonce })).terms

  test('[P6] a job whose every blob is here is admitted under the id the escrow computes', async () => {
    for (const bytes of [kernel, numbers]) await blobs.put(bytes)
    const terms = await admit(aSpec())
    expect(terms.salt).toBe(jobSaltOf(terms.spec, nonce))
    expect(terms.id).toBe(jobIdOf(requester, terms.salt))
    expect(terms.plan.unitCount).toBe(3)
    expect([0, 1, 2].map((unit) => terms.resultPartsOf(unit)[0]?.bytes)).toEqual([16, 16, 8])
  })

  test('[D2] after a restart the terms are the same, from the row and the blob', async () => {
    for (const bytes of [kernel, numbers]) await blobs.put(bytes)
    const terms = await admit(aSpec())
    const { phase, fundedWei, settledChargeWei, refundedWei, createdAtMs } = newJob(terms, 5)
    const money = { fundedWei, settledChargeWei, refundedWei }
    const times = { createdAtMs, startedAtMs: undefined, finishedAtMs: undefined }
    const again = await readTerms(blobs, { ...terms, phase, control: 'none', ...money, ...times })
    // The nonce is said in the public log when the job is submitted, and never needed again.
    expect({ ...again, resultPartsOf: undefined }).toEqual({
      ...terms,
      nonce: undefined,
      resultPartsOf: undefined,
    })
    expect(again.resultPartsOf(2)).toEqual([{ name: 'out', bytes: 8, comparator: { compare: 'exact' } }])
  })

  test.each<[missing: string, present: Uint8Array[], where: string]>([
    ['kernel', [numbers], contentIdOf(kernel)],
    ['input', [kernel], contentIdOf(numbers)],
  ])(
    '[H1] a job whose %s is not here is refused by its name, with the next step',
    async (_missing, present, where) => {
      for (const bytes of present) await blobs.put(bytes)
      await expect(admit(aSpec())).rejects.toMatchObject({
        reason: 'blobMissing',
        where,
        next: expect.stringContaining('PUT /api/v1/blobs') as unknown,
      })
    },
  )

  test('[H1] a spec that is not here is refused by its name', async () => {
    const spec = contentIdOf(Uint8Array.of(9))
    await expect(admitJob(blobs, { spec, requester, nonce })).rejects.toMatchObject({
      reason: 'blobMissing',
      where: spec,
    })
  })

  test('[P1] a kernel without end is refused', async () => {
    const long = new Uint8Array(limits.wgslBytesMax + 1)
    for (const bytes of [long, numbers]) await blobs.put(bytes)
    await expect(admit(aSpec({}, long))).rejects.toMatchObject({ reason: 'tooLarge', where: 'wgsl' })
  })

  describe('of a job with a verify kernel', () => {
    const checked = (check: Uint8Array): JobSpec => ({
      ...aSpec({
        quorum: 1,
        verify: { out: { compare: 'checker', wgsl: 'check.wgsl' } },
        price: { perUnitMask: '0.5', budgetMask: '10' },
      }),
      check: contentIdOf(check),
    })

    test('its text must be here', async () => {
      for (const bytes of [kernel, numbers]) await blobs.put(bytes)
      const check = Uint8Array.of(3)
      await expect(admit(checked(check))).rejects.toMatchObject({
        reason: 'blobMissing',
        where: contentIdOf(check),
        next: expect.stringContaining('PUT /api/v1/blobs') as unknown,
      })
      await blobs.put(check)
      expect((await admit(checked(check))).needs.dataBytes).toBe(3)
    })

    test('its text must have an end', async () => {
      const long = new Uint8Array(limits.wgslBytesMax + 1)
      for (const bytes of [kernel, numbers, long]) await blobs.put(bytes)
      await expect(admit(checked(long))).rejects.toMatchObject({
        reason: 'tooLarge',
        where: 'verify',
        next: expect.stringMatching(/\w/) as unknown,
      })
    })
  })

  test('[P1] a job whose result’s size fails for some unit never reaches a decision', async () => {
    for (const bytes of [kernel, numbers]) await blobs.put(bytes)
    const buffers = someBuffers({ out: { bytes: '16/(1-$unit.index)', result: true } })
    await expect(admit(aSpec({ buffers }))).rejects.toMatchObject({ reason: 'manifestInvalid' })
  })
})
