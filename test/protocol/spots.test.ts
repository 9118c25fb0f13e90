import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { decodeSpots, encodeSpots, spotsPerBundleMaxOf, type WrittenSpot } from '#protocol/spot-results.ts'
import { spotsPerUnit } from '#protocol/spots-per-unit.ts'
import { onlyDispatchOf, spotRangeOf, spotWorkgroupsOf } from '#protocol/spots.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { aCompleteManifest } from '#test/runner/kernel-form.ts'

const spots = Array.from({ length: spotsPerUnit }, (_, spot) => spot)

describe('the workgroups of a spot', () => {
  test('of 64 workgroups or more every one is in exactly one spot, and the spots are as good as equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 64, max: 200_000 }), (workgroups) => {
        let next = 0
        for (const { begin, end } of spots.map((spot) => spotRangeOf(spot, workgroups))) {
          expect(begin).toBe(next)
          expect(end - begin - Math.floor(workgroups / spotsPerUnit)).toBeOneOf([0, 1])
          next = end
        }
        expect(next).toBe(workgroups)
      }),
    )
  })

  test('of fewer, as a last unit may have, every spot has one and every one a spot', () => {
    for (let workgroups = 1; workgroups < 64; workgroups += 1) {
      const ranges = spots.map((spot) => spotRangeOf(spot, workgroups))
      expect(ranges.every(({ begin, end }) => end === begin + 1 && end <= workgroups)).toBe(true)
      expect(new Set(ranges.map(({ begin }) => begin)).size).toBe(workgroups)
    }
  })
})

const wgsl = `
  override N: u32 = 8;
  @group(0) @binding(0) var<storage, read_write> out: array<u32>;
  @compute @workgroup_size(N) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = id.x; }
  @compute @workgroup_size(8) fn other(@builtin(global_invocation_id) id: vec3u) { out[id.x] = id.x; }`
const dispatch = { entry: 'main', invocations: ['$unit.count'] }
const jobWith = (parts: Readonly<Record<string, unknown>>) =>
  aCompleteManifest(
    {
      units: { range: [0, 1024], granule: 512 },
      buffers: { out: { bytes: '4*$unit.count', result: true } },
      passes: [dispatch],
      ...parts,
    },
    wgsl,
  )
const workgroupsOf = (parts: Readonly<Record<string, unknown>>, row?: readonly number[]) =>
  spotWorkgroupsOf(jobWith(parts), reflect(wgsl), row)

describe('a job can be cut into spots', () => {
  test('if its units are one dispatch of 64 workgroups or more', () => {
    expect(workgroupsOf({})).toBe(64)
    expect(workgroupsOf({ passes: [{ entry: 'main', workgroups: [16, 2, 3] }] })).toBe(96)
    expect(workgroupsOf({ passes: [{ ...dispatch, overrides: { N: 4 } }] })).toBe(128)
    expect(workgroupsOf({ passes: [{ do: [{ repeat: 1, do: [dispatch] }] }] })).toBe(64)
  })

  test('not if they are fewer', () => {
    expect(workgroupsOf({ units: { range: [0, 1024], granule: 504 } })).toBeUndefined()
    expect(workgroupsOf({ passes: [{ ...dispatch, overrides: { N: 16 } }] })).toBeUndefined()
  })

  test('by the first row of a list', () => {
    const parts = {
      units: { list: 'units.csv', columns: ['many'], count: 2 },
      buffers: { out: { bytes: 4096, result: true } },
      passes: [{ entry: 'main', workgroups: ['$unit.many'] }],
    }
    expect(workgroupsOf(parts, [70])).toBe(70)
    expect(workgroupsOf(parts, [7])).toBeUndefined()
  })

  test.each([
    ['of two dispatches', { passes: [dispatch, { ...dispatch, entry: 'other' }] }],
    ['of a repeated one', { passes: [{ repeat: 2, do: [dispatch] }] }],
    ['of a dispatch and a clear', { passes: [{ clear: 'out' }, dispatch] }],
    ['whose workgroups wait for one another', { tiling: 'none' }],
  ])('not one %s', (_title, parts) => {
    expect(onlyDispatchOf(jobWith(parts))).toBeUndefined()
    expect(workgroupsOf(parts)).toBeUndefined()
  })
})

const resultBytes = 4_096
/** Runs of whole words that do not touch, within a result. */
const someSpot = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 })), { maxLength: 16 })
  .map((steps): WrittenSpot => {
    const runs: number[] = []
    let end = -4
    for (const [gap, words] of steps) {
      runs.push(end + 4 * gap, 4 * words)
      end += 4 * (gap + words)
    }
    const total = runs.reduce((sum, value, place) => sum + (place % 2 === 1 ? value : 0), 0)
    return {
      runs: Uint32Array.from(runs),
      bytes: Uint8Array.from({ length: total }, (_, byte) => byte % 251),
    }
  })

describe('what a bundle of spots wrote', () => {
  test('is read as it was written, wherever the bytes lie', () => {
    fc.assert(
      fc.property(fc.array(someSpot, { maxLength: 6 }), fc.integer({ min: 0, max: 3 }), (bundle, shift) => {
        const encoded = encodeSpots(bundle)
        const moved = new Uint8Array(encoded.length + shift)
        moved.set(encoded, shift)
        const decoded = decodeSpots(
          moved.subarray(shift),
          bundle.map(() => resultBytes),
        )
        expect(decoded?.map(({ runs, bytes }) => [[...runs], [...bytes]])).toEqual(
          bundle.map(({ runs, bytes }) => [[...runs], [...bytes]]),
        )
      }),
    )
  })

  test('is refused if it is cut short, or goes on, or is about other spots', () => {
    fc.assert(
      fc.property(fc.array(someSpot, { minLength: 1, maxLength: 4 }), fc.nat(), (bundle, cut) => {
        const encoded = encodeSpots(bundle)
        const sizes = bundle.map(() => resultBytes)
        expect(decodeSpots(encoded.subarray(0, cut % encoded.length), sizes)).toBeUndefined()
        expect(decodeSpots(Uint8Array.of(...encoded, 0), sizes)).toBeUndefined()
        expect(decodeSpots(encoded, sizes.slice(1))).toBeUndefined()
        expect(decodeSpots(encoded, [...sizes, resultBytes])).toBeUndefined()
      }),
    )
  })

  const bundleOf = (...words: readonly number[]) => new Uint8Array(Uint32Array.from(words).buffer)
  test.each([
    ['more runs than bytes', [0xffff_ffff]],
    ['a run beyond the result', [1, 4_096, 4, 7]],
    ['a run across its end', [1, 4_092, 8, 7, 7]],
    ['an offset inside of a word', [1, 2, 4, 7]],
    ['a length of half a word', [1, 0, 2, 7]],
    ['a run of nothing', [1, 0, 0]],
    ['a length beyond all numbers', [1, 4, 0xffff_fffc]],
    ['runs out of order', [2, 8, 4, 0, 4, 7, 7]],
    ['runs that overlap', [2, 0, 8, 4, 4, 7, 7, 7]],
    ['runs that touch', [2, 0, 4, 4, 4, 7, 7]],
  ])('is refused with %s', (_title, words) => {
    expect(decodeSpots(bundleOf(...words), [resultBytes])).toBeUndefined()
    expect(decodeSpots(bundleOf(0, ...words), [resultBytes, resultBytes])).toBeUndefined()
  })

  test('is at worst refused, whatever bytes are sent; what is taken is what would be written of it', () => {
    const numbers = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1_050 }).map((word) => 4 * word), fc.nat()),
      { maxLength: 40 },
    ) // prettier-ignore
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      numbers.map((words) => bundleOf(...words)),
    )
    fc.assert(
      fc.property(bytes, fc.array(fc.constantFrom(4, 64, resultBytes), { maxLength: 5 }), (sent, sizes) => {
        const decoded = decodeSpots(sent, sizes)
        if (decoded) expect([...encodeSpots(decoded)]).toEqual([...sent])
      }),
      { numRuns: 3_000 },
    )
  })

  test('fits into a message, for as many spots as a bundle may hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: limits.resultBytesMax / 4 }), (words) => {
        const most = spotsPerBundleMaxOf(4 * words)
        const spotWords = Math.ceil(words / spotsPerUnit)
        expect(most * (4 + 12 * spotWords)).toBeLessThanOrEqual(limits.resultBytesMax + most * 12)
        expect(most).toBeGreaterThanOrEqual(21)
        expect(most).toBeLessThanOrEqual(limits.spotsPerBundleMax)
      }),
    )
  })
})
