import { describe, expect, test } from 'vitest'
import { contentIdOf } from '#protocol/content-id.ts'
import { encodeJobSpec } from '#protocol/job-spec.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { JobLibrary } from '#web/edge/job-library.ts'
import { checkOfRoots, completeRoots, rootsCheckWgsl, rootsWgsl } from '#test/protocol/a-checked-job.ts'
import { aManifest, doubleWgsl } from './jobs.ts'

const job = `0x${'11'.repeat(32)}` as const
const bytesOf = (text: string) => new Uint8Array(new TextEncoder().encode(text))

/** Blobs by content id, and the ids that were asked for. */
function aShelf() {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>()
  const asked: string[] = []
  return {
    asked,
    put(bytes: Uint8Array<ArrayBuffer>): string {
      blobs.set(contentIdOf(bytes), bytes)
      return contentIdOf(bytes)
    },
    load(id: string) {
      asked.push(id)
      const bytes = blobs.get(id)
      return bytes ? Promise.resolve(bytes) : Promise.reject(new Error('not there'))
    },
  }
}

function aSpec(shelf: ReturnType<typeof aShelf>, wgsl = doubleWgsl): string {
  const inputs = { numbers: shelf.put(bytesOf('1234')) }
  return shelf.put(
    encodeJobSpec({
      version: protocolVersion,
      manifest: aManifest(),
      kernel: shelf.put(bytesOf(wgsl)),
      inputs,
    }),
  )
}

describe('job library', () => {
  test('[B7] a spec leads to manifest, kernel and inputs; inputs only when they are wanted', async () => {
    const shelf = aShelf()
    const loaded = await new JobLibrary(shelf).load(aSpec(shelf))
    expect(loaded.manifest).toEqual(aManifest())
    expect(loaded.wgsl).toBe(doubleWgsl)
    expect(shelf.asked).toHaveLength(2)
    const source = loaded.sourceFor(job)
    expect(source.key).toBe(job)
    expect(await source.loadInput('numbers')).toEqual(bytesOf('1234'))
    await expect(source.loadInput('toString')).rejects.toMatchObject({ reason: 'blobMissing' })
  })

  test('[B7] a spec is read once, and again after a failure', async () => {
    const shelf = aShelf()
    const library = new JobLibrary(shelf)
    const spec = aSpec(shelf)
    await Promise.all([library.load(spec), library.load(spec)])
    await library.load(spec)
    expect(shelf.asked).toHaveLength(2)
    const missing = contentIdOf(bytesOf('missing'))
    await expect(library.load(missing)).rejects.toThrow('not there')
    shelf.put(bytesOf('missing'))
    await expect(library.load(missing)).rejects.toMatchObject({ reason: 'malformed' })
  })

  test('the verify kernel is fetched when it is wanted, and once', async () => {
    const shelf = aShelf()
    const spec = shelf.put(
      encodeJobSpec({
        version: protocolVersion,
        manifest: completeRoots(),
        kernel: shelf.put(bytesOf(rootsWgsl)),
        inputs: { numbers: shelf.put(bytesOf('1234')) },
        check: shelf.put(bytesOf(rootsCheckWgsl)),
      }),
    )
    const loaded = await new JobLibrary(shelf).load(spec)
    expect(shelf.asked).toHaveLength(2)
    const [check] = await Promise.all([loaded.loadCheck(), loaded.loadCheck()])
    expect(shelf.asked).toHaveLength(3)
    const { manifest, candidates } = checkOfRoots()
    expect(check).toMatchObject({ manifest, candidates, wgsl: rootsCheckWgsl })
  })

  test('a job without a verify kernel has none to load', async () => {
    const shelf = aShelf()
    const loaded = await new JobLibrary(shelf).load(aSpec(shelf))
    await expect(loaded.loadCheck()).rejects.toMatchObject({ reason: 'blobMissing' })
  })

  test('[B7] a kernel beyond the bound is not run', async () => {
    const shelf = aShelf()
    const spec = aSpec(shelf, ' '.repeat(limits.wgslBytesMax + 1))
    await expect(new JobLibrary(shelf).load(spec)).rejects.toMatchObject({ reason: 'tooLarge' })
  })
})
