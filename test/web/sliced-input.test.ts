import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentIdOf } from '#protocol/content-id.ts'
import { encodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { JobLibrary } from '#web/edge/job-library.ts'
import { SlicedInput } from '#web/edge/sliced-input.ts'
import { aManifest, doubleWgsl } from './jobs.ts'

const wholeBytes = 2 * limits.pieceBytes + 1_000
const whole = new Uint8Array(wholeBytes)
for (let index = 0; index < wholeBytes; index += 1) whole[index] = (index * 7 + (index >> 8)) & 0xff

/** Blobs by content id, in which an input is stored in pieces; and what was asked for. */
function aStore() {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>()
  const asked: string[] = []
  const put = (bytes: Uint8Array<ArrayBuffer>) => {
    blobs.set(contentIdOf(bytes), bytes)
    return contentIdOf(bytes)
  }
  const pieces: string[] = []
  const digests: Buffer[] = []
  for (let begin = 0; begin < wholeBytes; begin += limits.pieceBytes) {
    const piece = whole.slice(begin, begin + limits.pieceBytes)
    pieces.push(put(piece))
    digests.push(createHash('sha256').update(piece).digest())
  }
  const list = put(new Uint8Array(Buffer.concat(digests)))
  const load = (id: string) => {
    asked.push(id)
    const bytes = blobs.get(id)
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error('not there'))
  }
  return { put, pieces, list, load, asked, blobs }
}

describe('sliced inputs', () => {
  test('[B8] a slice is the bytes of its span, wherever it lies', async () => {
    const store = aStore()
    const input = new SlicedInput(store, { pieces: store.list, bytes: wholeBytes })
    const place = fc.oneof(
      fc.nat(wholeBytes),
      fc.constantFrom(0, limits.pieceBytes - 1, limits.pieceBytes, limits.pieceBytes + 1, wholeBytes),
    )
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [begin, end] = [Math.min(one, other), Math.max(one, other)]
        const slice = await input.load(begin, end)
        expect(Buffer.compare(slice, whole.subarray(begin, end))).toBe(0)
      }),
    )
  })

  test('[B8] only the pieces that a slice touches are fetched, and the list of pieces once', async () => {
    const store = aStore()
    const input = new SlicedInput(store, { pieces: store.list, bytes: wholeBytes })
    await input.load(limits.pieceBytes, 2 * limits.pieceBytes)
    await input.load(wholeBytes - 1, wholeBytes)
    expect(store.asked).toEqual([store.list, store.pieces[1], store.pieces[2]])
  })

  test('[B8] a span beyond the input, and pieces that do not add up, are refused', async () => {
    const store = aStore()
    const input = new SlicedInput(store, { pieces: store.list, bytes: wholeBytes })
    await expect(input.load(0, wholeBytes + 1)).rejects.toMatchObject({ reason: 'malformed' })
    await expect(input.load(5, 4)).rejects.toMatchObject({ reason: 'malformed' })
    const longer = new SlicedInput(store, { pieces: store.list, bytes: 4 * limits.pieceBytes })
    await expect(longer.load(0, 4)).rejects.toMatchObject({ reason: 'malformed' })
    const stretched = new SlicedInput(store, { pieces: store.list, bytes: wholeBytes + 4 })
    await expect(stretched.load(wholeBytes, wholeBytes + 4)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('[B8] a list of pieces that could not be had is asked for again', async () => {
    const store = aStore()
    const list = store.blobs.get(store.list)
    store.blobs.delete(store.list)
    const input = new SlicedInput(store, { pieces: store.list, bytes: wholeBytes })
    await expect(input.load(0, 4)).rejects.toThrow('not there')
    if (list) store.blobs.set(store.list, list)
    expect(await input.load(0, 4)).toEqual(whole.slice(0, 4))
  })
})

describe('what a job’s source loads', () => {
  const text = (words: string) => new Uint8Array(new TextEncoder().encode(words))

  /** The source of a job whose spec is stored with these parts. */
  async function sourceOf(store: ReturnType<typeof aStore>, parts: Partial<JobSpec>) {
    const numbers = store.put(text('1234'))
    const kernel = store.put(text(doubleWgsl))
    const spec: JobSpec = {
      version: protocolVersion,
      manifest: aManifest(),
      kernel,
      inputs: { numbers },
      ...parts,
    }
    const job = await new JobLibrary(store).load(store.put(encodeJobSpec(spec)))
    return job.sourceFor(`0x${'11'.repeat(32)}`)
  }

  test('[B8] pieces of a sliced input, and not the whole of it', async () => {
    const store = aStore()
    const source = await sourceOf(store, {
      manifest: aManifest({ inputs: { numbers: { file: 'numbers.bin', slice: { stride: 4 } } } }),
      inputs: { numbers: { pieces: store.list, bytes: wholeBytes } },
    })
    expect(await source.loadSlice('numbers', 4, 8)).toEqual(whole.slice(4, 8))
    await expect(source.loadInput('numbers')).rejects.toMatchObject({ reason: 'blobMissing' })
    await expect(source.loadSlice('toString', 0, 4)).rejects.toMatchObject({ reason: 'blobMissing' })
  })

  test('[B8] the list of the units, which is parsed once', async () => {
    const store = aStore()
    const source = await sourceOf(store, {
      manifest: aManifest({ units: { list: 'rates.csv', columns: ['rate'], count: 2 } }),
      list: store.put(text('rate\n0.5\n2\n')),
    })
    const asked = store.asked.length
    const list = { columns: ['rate'], rows: [[0.5], [2]] }
    expect(await Promise.all([source.loadList(), source.loadList()])).toEqual([list, list])
    expect(store.asked).toHaveLength(asked + 1)
  })

  test('[B8] no list where the units are a range, no slice of what is stored whole', async () => {
    const source = await sourceOf(aStore(), {})
    await expect(source.loadList()).rejects.toMatchObject({ reason: 'blobMissing' })
    await expect(source.loadSlice('numbers', 0, 4)).rejects.toMatchObject({ reason: 'blobMissing' })
    expect(await source.loadInput('numbers')).toEqual(text('1234'))
  })
})
