import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ResultPart } from '#protocol/job-plan.ts'
import type { Comparator, ElementType } from '#protocol/manifest.ts'
import * as comparators from '#coordinator/core/comparators.ts'

const bytesOf = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
const tolerance = (parts: { atol?: number; rtol?: number; outliers?: number } = {}) =>
  ({ compare: 'tolerance', atol: 0, rtol: 0, outliers: 0, ...parts }) as const
const exact = { compare: 'exact' } as const
const partsOf = (bytes: number, comparator: Comparator): ResultPart[] => [{ name: 'out', bytes, comparator }]
/** Results of one part. */
const agrees = (result: Uint8Array, canonical: Uint8Array, comparator: Comparator) =>
  comparators.agrees(result, canonical, partsOf(canonical.length, comparator))
const inspectResult = (result: Uint8Array, bytes: number, comparator: Comparator) =>
  comparators.inspectResult(result, partsOf(bytes, comparator))
const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }), {
  minLength: 1,
  maxLength: 40,
})

describe('comparators', () => {
  test('[V5] exact passes on equal bytes, and on nothing else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, place, change) => {
          expect(agrees(bytes.slice(), bytes, exact)).toBe(true)
          const other = bytes.slice()
          const index = place % bytes.length
          other[index] = (other[index] ?? 0) ^ change
          expect(agrees(other, bytes, exact)).toBe(false)
        },
      ),
    )
  })

  test('[V5] [F13] tolerance passes by the formula, the canonical value on its right side', () => {
    const limits = fc.record({
      atol: fc.double({ min: 0, max: 2, noNaN: true }),
      rtol: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(
        floats,
        fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 40, maxLength: 40 }),
        limits,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (canonical, changes, { atol, rtol }, outliers) => {
          const b = Float32Array.from(canonical)
          const a = Float32Array.from(canonical, (value, index) => value + (changes[index] ?? 0))
          let outside = 0
          b.forEach((value, index) => {
            if (Math.abs((a[index] ?? NaN) - value) > atol + rtol * Math.abs(value)) outside += 1
          })
          const passes = agrees(
            new Uint8Array(a.buffer),
            new Uint8Array(b.buffer),
            tolerance({ atol, rtol, outliers }),
          )
          expect(passes).toBe(outside <= outliers * b.length)
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each<[left: number[], right: number[], parts: Parameters<typeof tolerance>[0], passes: boolean]>([
    [[1.5], [1], { atol: 0.5 }, true],
    [[1.5000002], [1], { atol: 0.5 }, false],
    [[-0], [0], {}, true],
    [[3], [2], { rtol: 0.5 }, true],
    [[2], [3], { rtol: 0.3 }, false],
    [[3], [2], { rtol: 0.4 }, false],
    [[0.1], [0], { rtol: 1 }, false],
    [[9, 0, 0, 0], [0, 0, 0, 0], { outliers: 0.25 }, true],
    [[9, 9, 0, 0], [0, 0, 0, 0], { outliers: 0.25 }, false],
    [[9, 0, 0, 0], [0, 0, 0, 0], { outliers: 0.24 }, false],
    [[9], [0], { outliers: 1 }, true],
  ])('[V5] %j against %j with %j: %s', (left, right, parts, passes) => {
    expect(agrees(bytesOf(left), bytesOf(right), tolerance(parts))).toBe(passes)
  })

  test('[V5] NaN agrees with nothing, itself included', () => {
    const wide = tolerance({ atol: 1e30, rtol: 1e30 })
    expect(agrees(bytesOf([NaN]), bytesOf([0]), wide)).toBe(false)
    expect(agrees(bytesOf([NaN]), bytesOf([NaN]), wide)).toBe(false)
  })

  test('[V4] size and finiteness are looked at before any comparison', () => {
    expect(inspectResult(bytesOf([1, 2]), 8, tolerance())).toBeUndefined()
    expect(inspectResult(bytesOf([1, 2]), 4, tolerance())).toBe('resultSizeWrong')
    expect(inspectResult(bytesOf([1]).subarray(1), 4, exact)).toBe('resultSizeWrong')
    for (const value of [NaN, Infinity, -Infinity]) {
      expect(inspectResult(bytesOf([0, value]), 8, tolerance())).toBe('resultNotFinite')
      expect(inspectResult(bytesOf([0, value]), 8, exact)).toBeUndefined()
    }
  })

  // Payloads are views into messages, and blobs come back as Buffers, whose slice() is no copy.
  test.each([0, 1, 2, 3, 5])(
    '[V5] bytes at offset %i of another buffer are compared like any others',
    (offset) => {
      const shifted = new Uint8Array(offset + 8)
      shifted.set(bytesOf([1, 2]), offset)
      for (const view of [shifted.subarray(offset), Buffer.from(shifted.buffer).subarray(offset)]) {
        expect(agrees(view, bytesOf([1, 2]), tolerance())).toBe(true)
        expect(agrees(bytesOf([1, 3]), view, tolerance())).toBe(false)
        expect(inspectResult(view, 8, tolerance())).toBeUndefined()
      }
    },
  )

  test.each<
    [as: ElementType | ElementType[], left: ArrayBufferView, right: ArrayBufferView, passes: boolean]
  >([
    ['u8', Uint8Array.of(10, 20), Uint8Array.of(11, 19), true],
    ['u8', Uint8Array.of(10, 20), Uint8Array.of(12, 20), false],
    ['u32', Uint32Array.of(0xffff_ffff), Uint32Array.of(0xffff_fffe), true],
    ['u32', Uint32Array.of(0xffff_ffff), Uint32Array.of(0), false],
    ['i32', Int32Array.of(-1), Int32Array.of(0), true],
    ['i32', Int32Array.of(-2), Int32Array.of(0), false],
    ['i8', Int8Array.of(0, -1), Int8Array.of(-1, 0), true],
    ['i8', Int8Array.of(1), Int8Array.of(-1), false],
    ['i16', Int16Array.of(-300, 4), Int16Array.of(-301, 4), true],
    ['u16', Uint16Array.of(65_535, 0), Uint16Array.of(0, 0), false],
    // 1.5 and 2.5, then 1.5 and 3, as half-precision floats.
    ['f16', Uint16Array.of(0x3e00), Uint16Array.of(0x4100), true],
    ['f16', Uint16Array.of(0x3e00), Uint16Array.of(0x4200), false],
    [['u32', 'f32'], mixed(7, 1), mixed(7, 2), true],
    [['u32', 'f32'], mixed(7, 1), mixed(7, 2.5), false],
    [['u32', 'f32'], mixed(7, 1), mixed(9, 1), false],
  ])('[V5] as %j, within one: %j and %j: %s', (as, left, right, passes) => {
    expect(agrees(viewOf(left), viewOf(right), { ...tolerance({ atol: 1 }), as })).toBe(passes)
  })

  test('[V5] whole numbers do not take part in the relative tolerance', () => {
    const [left, right] = [viewOf(Uint32Array.of(1000)), viewOf(Uint32Array.of(1001))]
    expect(agrees(left, right, { ...tolerance({ rtol: 0.5 }), as: 'u32' })).toBe(false)
    expect(agrees(bytesOf([1000]), bytesOf([1001]), tolerance({ rtol: 0.5 }))).toBe(true)
  })

  test('[V5] each part of a result is compared by its own comparator', () => {
    const parts: ResultPart[] = [
      { name: 'labels', bytes: 4, comparator: exact },
      { name: 'scores', bytes: 4, comparator: tolerance({ atol: 1 }) },
    ]
    expect(comparators.agrees(mixed(7, 1), mixed(7, 2), parts)).toBe(true)
    expect(comparators.agrees(mixed(8, 1), mixed(7, 1), parts)).toBe(false)
    expect(comparators.agrees(mixed(7, 1), mixed(7, 3), parts)).toBe(false)
    expect(comparators.inspectResult(mixed(7, NaN), parts)).toBe('resultNotFinite')
    expect(comparators.inspectResult(mixed(7, 1).subarray(4), parts)).toBe('resultSizeWrong')
  })
})

/** A u32 and an f32, one after the other. */
function mixed(whole: number, float: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setUint32(0, whole, true)
  new DataView(bytes.buffer).setFloat32(4, float, true)
  return bytes
}

function viewOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
