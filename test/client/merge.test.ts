import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeJobOf, type MergeJob } from '#client/sdk/collect/merge-job.ts'
import { mergeResults, type RunUnit } from '#client/sdk/collect/merge-results.ts'
import { packFolder } from '#client/sdk/job-folder.ts'
import { aCompleteManifest, aJobJson, someFiles, textBytes } from '#test/client/a-job.ts'

const kernel = `@group(0) @binding(2) var<storage, read_write> merged: array<u32>;
@group(0) @binding(0) var<storage, read> left: array<u32>;
@group(0) @binding(1) var<storage, read> right: array<u32>;
@compute @workgroup_size(64) fn merge(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&merged)) { merged[id.x] = 31 * left[id.x] + right[id.x]; }
}`
const files = new Map([...someFiles(), ['merge.wgsl', textBytes(kernel)]])

function reduced(words: number, changes: object = {}) {
  return aJobJson({
    buffers: { ...(aJobJson()['buffers'] as object), out: { bytes: 4 * words, result: true } },
    collect: { kind: 'raw', buffer: 'out', reduce: { wgsl: 'merge.wgsl' } },
    ...changes,
  })
}

const jobOf = (words: number): MergeJob =>
  mergeJobOf(aCompleteManifest(reduced(words), new Map([['merge.wgsl', textBytes(kernel)]])), kernel)

/** Neither commutative nor associative, so that any other tree of merges gives something else. */
const mergeWords = (left: number, right: number) => (31 * left + right) >>> 0

/** What the kernel says, on the processor, for each pair of a unit; notes the units it was asked for. */
function processor(job: MergeJob, units: number[]): RunUnit {
  const { stride, pairs, bytes } = job
  return async (source, unit) => {
    units.push(unit)
    const begin = unit * pairs * stride
    const [left, right] = await Promise.all(
      ['left', 'right'].map(
        async (side) => new Uint32Array((await source.loadSlice(side, begin, begin + pairs * stride)).buffer),
      ),
    )
    const merged = new Uint32Array((pairs * stride) / 4)
    for (let pair = 0; pair < pairs; pair += 1)
      for (let word = 0; word < bytes / 4; word += 1) {
        const place = (pair * stride) / 4 + word
        merged[place] = mergeWords(left?.[place] ?? 0, right?.[place] ?? 0)
      }
    return { result: new Uint8Array(merged.buffer) }
  }
}

/** Neighbours in order, level by level, the odd one out going up: as docs/MANIFEST.md has it. */
function levelByLevel(values: readonly number[]): number {
  if (values.length === 1) return values[0] ?? NaN
  const next: number[] = []
  for (let index = 0; index < values.length; index += 2) {
    const [left = 0, right] = values.slice(index, index + 2)
    next.push(right === undefined ? left : mergeWords(left, right))
  }
  return levelByLevel(next)
}

describe('[R14] merging', () => {
  test('neighbours in order, level by level, whatever the number of results', async () => {
    const [small, large] = [jobOf(3), jobOf(100_000)]
    expect(small.pairs).toBeGreaterThan(large.pairs)
    const sizes = fc.tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 300 }), fc.boolean())
    const property = fc.asyncProperty(sizes, async ([values, many]) => {
      // Few pairs a unit: several batches a level also of few results.
      const job = { ...small, pairs: many ? small.pairs : 3 }
      const parts = values.map((value) => new Uint8Array(Uint32Array.of(value, 0, 7).buffer))
      const units: number[] = []
      const merged = await mergeResults(job, parts, parts.length, processor(job, units))
      expect(new DataView(merged?.buffer ?? new ArrayBuffer(4)).getUint32(0, true)).toBe(levelByLevel(values))
      expect(merged?.length).toBe(12)
      expect(new Set(units).size).toBe(units.length)
    })
    await fc.assert(property, { numRuns: 60 })
  })

  test('of one result is that result, and of none nothing', async () => {
    const job = jobOf(1)
    const part = new Uint8Array([1, 2, 3, 4])
    expect(await mergeResults(job, [part], 1, processor(job, []))).toEqual(part)
    expect(await mergeResults(job, [], 0, processor(job, []))).toBeUndefined()
  })

  test('is a job like any other: an invocation for each element, bound by the names in the kernel', () => {
    const { manifest, bytes, stride, pairs } = jobOf(70)
    expect({ bytes, stride }).toEqual({ bytes: 280, stride: 512 })
    expect(manifest.passes).toMatchObject([
      {
        repeat: '$unit.count',
        do: [{ entry: 'merge', invocations: [70], bind: { '0.2': { buffer: 'merged', size: 280 } } }],
      },
    ])
    expect(manifest.units).toMatchObject({ granule: pairs })
  })
})

describe('[R16] a merge that cannot be is refused before anybody pays', () => {
  const refusal = (changes: object, text = kernel, words = 1) => {
    const all = new Map([...files, ['merge.wgsl', textBytes(text)]])
    try {
      packFolder({ manifest: reduced(words, changes), files: all })
    } catch (error) {
      return error
    }
    return undefined
  }

  test('one that fits is stored with the job', () => {
    expect(refusal({})).toBeUndefined()
    const { spec, files: stored } = packFolder({ manifest: reduced(1), files })
    expect(stored.find(({ name }) => name === 'merge.wgsl')?.blobs[0]?.id).toBe(spec.reduce)
  })

  test.each([
    [
      'without merged',
      kernel.replaceAll('merged', 'sum'),
      'needs a variable "merged" in var<storage, read_write>',
    ],
    [
      'with left written',
      kernel.replace('read> left', 'read_write> left'),
      'needs a variable "left" in var<storage, read>',
    ],
    [
      'without entry point',
      kernel.replace('@compute @workgroup_size(64)', ''),
      'exactly one compute entry point',
    ],
    [
      'with another binding',
      `${kernel}\n@group(0) @binding(3) var<storage, read> more: array<u32>;`.replace('31 *', 'more[0] *'),
      'more',
    ],
  ])('%s', (_what, text, message) => {
    expect(refusal({}, text)).toMatchObject({ message: expect.stringContaining(message) as string })
  })

  test('results of different sizes', () => {
    const buffers = { ...(aJobJson()['buffers'] as object), out: { bytes: '4*$unit.count', result: true } }
    expect(refusal({ buffers, units: { range: [0, 5], granule: 2 } })).toMatchObject({
      code: 'manifestInvalid',
      where: 'collect.reduce',
    })
  })

  test('a kernel that is no WGSL, with file, line and column', () => {
    expect(refusal({}, `${kernel}\nfn {`)).toMatchObject({ code: 'kernelInvalid', where: 'merge.wgsl:7:4' })
  })
})
