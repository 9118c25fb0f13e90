import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agrees, inspectResult } from '#coordinator/core/comparators.ts'

const bytesOf = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
const tolerance = (parts: { atol?: number; rtol?: number; outliers?: number } = {}) =>
  ({ compare: 'tolerance', atol: 0, rtol: 0, outliers: 0, ...parts }) as const
const exact = { compare: 'exact' } as const
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

  test('[V5] tolerance passes by the formula, the canonical value on its right side', () => {
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
})
