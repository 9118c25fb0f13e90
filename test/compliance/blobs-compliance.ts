import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentIdOf } from '#protocol/content-id.ts'
import type { Blobs } from '#coordinator/edge/blobs/blobs.ts'
import { someBytes } from './some-rows.ts'

export interface BlobsUnderTest {
  readonly blobs: Blobs
  /** Another instance on what the first has kept, as after a restart. */
  reopen(): Blobs
  dispose(): Promise<void>
}

/** The duties of everything that keeps blobs, as `coordinator/edge/blobs/blobs.ts` numbers them. */
export function describeBlobs(name: string, open: () => Promise<BlobsUnderTest>): void {
  describe(`blobs: ${name}`, () => {
    let kept: BlobsUnderTest
    beforeEach(async () => {
      kept = await open()
    })
    afterEach(() => kept.dispose())

    test.each([0, 1, 4_096, 1_000_000])(
      '[D4] %i bytes come back as they were put, after a restart too',
      async (length) => {
        const bytes = someBytes(length)
        const id = await kept.blobs.put(bytes)
        expect(id).toBe(contentIdOf(bytes))
        for (const blobs of [kept.blobs, kept.reopen()]) {
          expect(await blobs.has(id)).toBe(true)
          expect(await blobs.sizeOf(id)).toBe(length)
          expect(Buffer.from((await blobs.get(id)) ?? [1]).equals(bytes)).toBe(true)
        }
      },
    )

    test('[D4] what was never put is not there', async () => {
      const id = contentIdOf(someBytes(9))
      expect(await kept.blobs.has(id)).toBe(false)
      expect(await kept.blobs.sizeOf(id)).toBeUndefined()
      expect(await kept.blobs.get(id)).toBeUndefined()
    })

    test('[D4] the same bytes put many times at the same time are one blob', async () => {
      const bytes = someBytes(200_000)
      const ids = await Promise.all(Array.from({ length: 12 }, () => kept.blobs.put(bytes)))
      expect(new Set(ids)).toEqual(new Set([contentIdOf(bytes)]))
      expect(Buffer.from((await kept.blobs.get(contentIdOf(bytes))) ?? []).equals(bytes)).toBe(true)
    })

    test('[D4] different bytes at the same time do not mix', async () => {
      const all = Array.from({ length: 20 }, (_, index) => someBytes(10_000 + index, index))
      const ids = await Promise.all(all.map((bytes) => kept.blobs.put(bytes)))
      for (const [index, id] of ids.entries())
        expect(Buffer.from((await kept.blobs.get(id)) ?? []).equals(all[index] ?? Buffer.of())).toBe(true)
    })

    test('[D4] what is done to the bytes after put, or to those from get, changes nothing kept', async () => {
      const bytes = someBytes(100)
      const id = await kept.blobs.put(bytes)
      bytes.fill(0)
      ;(await kept.blobs.get(id))?.fill(0)
      expect(Buffer.from((await kept.blobs.get(id)) ?? []).equals(someBytes(100))).toBe(true)
    })
  })
}
