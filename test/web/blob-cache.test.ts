import { beforeEach, describe, expect, test } from 'vitest'
import { contentIdOf } from '#protocol/content-id.ts'
import { BlobCache, DataUnavailableError, type BlobStore } from '#web/edge/blob-cache.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'

/** What every blob store owes its cache. */
function compliance(name: string, make: () => BlobStore): void {
  describe(`${name} as a blob store`, () => {
    const [first, second] = [contentIdOf(new Uint8Array([1])), contentIdOf(new Uint8Array([2, 2]))]

    test('[B1] answers what was put last, and nothing for what was not', async () => {
      const store = make()
      expect(await store.get(first)).toBeUndefined()
      await store.put(first, new Uint8Array([9]), 1)
      await store.put(first, new Uint8Array([1]), 2)
      expect(await store.get(first)).toEqual(new Uint8Array([1]))
      await store.delete(first)
      await store.delete(first)
      expect(await store.get(first)).toBeUndefined()
    })

    test('[B1] lists sizes and last uses', async () => {
      const store = make()
      await store.put(first, new Uint8Array([1]), 1)
      await store.put(second, new Uint8Array([2, 2]), 2)
      await store.touch(first, 3)
      await store.touch('never put', 4)
      const listed = [...(await store.list())].sort((left, right) => left.bytes - right.bytes)
      expect(listed).toEqual([
        { id: first, bytes: 1, usedAtMs: 3 },
        { id: second, bytes: 2, usedAtMs: 2 },
      ])
    })
  })
}

compliance('memory', () => new MemoryBlobStore())

describe('blob cache', () => {
  const blobs = new Map(
    [10, 20, 30, 40].map((length) => {
      const bytes = new Uint8Array(length).fill(length)
      return [contentIdOf(bytes), bytes] as const
    }),
  )
  const [ten = '', twenty = '', thirty = '', forty = ''] = blobs.keys()
  let store: MemoryBlobStore
  let fetched: string[]
  let nowMs: number
  let spoil: (id: string) => Uint8Array<ArrayBuffer> | Error | undefined

  const cache = (bytesMax: number) =>
    new BlobCache(
      store,
      (id) => {
        fetched.push(id)
        const spoiled = spoil(id)
        const bytes = blobs.get(id)
        if (spoiled instanceof Error) return Promise.reject(spoiled)
        if (spoiled) return Promise.resolve(spoiled)
        return bytes ? Promise.resolve(bytes.slice()) : Promise.reject(new Error('404'))
      },
      { bytesMax, nowMs: () => (nowMs += 1) },
    )

  beforeEach(() => {
    store = new MemoryBlobStore()
    fetched = []
    nowMs = 0
    spoil = () => undefined
  })

  const kept = async () => new Set((await store.list()).map((blob) => blob.id))

  test('[B2] a blob is fetched once and kept for the next visit', async () => {
    expect(await cache(100).load(ten)).toEqual(blobs.get(ten))
    expect(await cache(100).load(ten)).toEqual(blobs.get(ten))
    expect(fetched).toEqual([ten])
  })

  test('[B2] two that ask at once share one fetch', async () => {
    const one = cache(100)
    await Promise.all([one.load(ten), one.load(ten)])
    expect(fetched).toEqual([ten])
  })

  test('[B3] a stored blob that has changed is noticed, removed and fetched again', async () => {
    await cache(100).load(ten)
    store.corrupt(ten)
    expect(await cache(100).load(ten)).toEqual(blobs.get(ten))
    expect(fetched).toEqual([ten, ten])
    expect(await cache(100).load(ten)).toEqual(blobs.get(ten))
    expect(fetched).toHaveLength(2)
  })

  test('[B4] a wrong blob from the server is asked for once more, then given up', async () => {
    spoil = () => (fetched.length === 1 ? new Uint8Array([6, 6, 6]) : undefined)
    expect(await cache(100).load(ten)).toEqual(blobs.get(ten))
    spoil = () => new Uint8Array([6, 6, 6])
    await expect(cache(100).load(twenty)).rejects.toBeInstanceOf(DataUnavailableError)
    expect(fetched).toEqual([ten, ten, twenty, twenty])
    expect(await kept()).toEqual(new Set([ten]))
  })

  test('[B4] so is a server that cannot be reached, and later it may be', async () => {
    const one = cache(100)
    spoil = () => new Error('connection refused')
    await expect(one.load(ten)).rejects.toBeInstanceOf(DataUnavailableError)
    spoil = () => undefined
    expect(await one.load(ten)).toEqual(blobs.get(ten))
  })

  test('[B5] the least recently used go first, and the bound holds', async () => {
    const one = cache(60)
    await one.load(ten)
    await one.load(twenty)
    await one.load(thirty)
    await one.load(ten)
    await one.load(forty)
    expect(await kept()).toEqual(new Set([ten, forty]))
  })

  test('[B5] the bound holds for blobs that arrive together', async () => {
    const one = cache(60)
    await Promise.all([ten, twenty, thirty, forty].map((id) => one.load(id)))
    const total = (await store.list()).reduce((sum, blob) => sum + blob.bytes, 0)
    expect(total).toBeLessThanOrEqual(60)
    // Their digests are computed side by side, so which of them arrives last, and stays, is open.
    expect(total).toBeGreaterThan(0)
  })

  test('[B5] a blob beyond the bound is used and not kept', async () => {
    expect(await cache(35).load(forty)).toEqual(blobs.get(forty))
    expect(await kept()).toEqual(new Set())
  })

  test('[B6] a store that fails is one that has nothing', async () => {
    store.failing = true
    const one = cache(100)
    expect(await one.load(ten)).toEqual(blobs.get(ten))
    expect(await one.load(ten)).toEqual(blobs.get(ten))
    expect(fetched).toEqual([ten, ten])
  })
})
