import { describe, expect, test } from 'vitest'
import type { ResultPart } from '#protocol/job-plan.ts'
import type { Comparator } from '#protocol/manifest.ts'
import { spotAgrees, type WrittenSpot } from '#protocol/spot-results.ts'

const exact: Comparator = { compare: 'exact' }
const near = (parts: Partial<Extract<Comparator, { compare: 'tolerance' }>> = {}): Comparator => ({
  ...{ compare: 'tolerance', atol: 0.5, rtol: 0, outliers: 0 },
  ...parts,
})
const partsOf = (...parts: readonly (readonly [bytes: number, comparator: Comparator])[]): ResultPart[] =>
  parts.map(([bytes, comparator], index) => ({ name: `part${index}`, bytes, comparator }))
const floats = (...values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)
/** Runs of a result as [offset, length], with the bytes that stand there. */
const spotOf = (result: Uint8Array, ...runs: readonly (readonly [number, number])[]): WrittenSpot => ({
  runs: Uint32Array.from(runs.flat()),
  bytes: Uint8Array.from(runs.flatMap(([offset, length]) => [...result.subarray(offset, offset + length)])),
})
const count = 256
const honest = Float32Array.from({ length: count }, (_, index) => index)
const bytesOf = (values: Float32Array) => new Uint8Array(values.slice().buffer)
/** The first numbers made wrong, so many of them from a place on. */
function wrong(from: number, many: number): Uint8Array {
  const values = honest.slice()
  for (let place = from; place < from + many; place += 1) values[place] = 1_000_000
  return bytesOf(values)
}

describe('[P11] a spot is compared with the result that it checks', () => {
  test('only where it wrote', () => {
    const parts = partsOf([4 * count, exact])
    const spot = spotOf(bytesOf(honest), [64, 32], [512, 4])
    expect(spotAgrees(spot, bytesOf(honest), parts)).toBe('agrees')
    expect(spotAgrees(spot, wrong(0, 16), parts)).toBe('agrees')
    expect(spotAgrees(spot, wrong(128, 1), parts)).toBe('disagrees')
    expect(spotAgrees(spot, wrong(23, 1), parts)).toBe('disagrees')
  })

  test('and says nothing if it wrote nothing', () => {
    expect(spotAgrees(spotOf(bytesOf(honest)), bytesOf(honest), partsOf([4 * count, exact]))).toBe('empty')
  })

  test('each part by its own comparator, also where one run reaches from one part into the next', () => {
    const parts = partsOf([8, near()], [8, exact])
    const spot = spotOf(floats(1, 2, 3, 4), [4, 8])
    expect(spotAgrees(spot, floats(1, 2.4, 3, 4), parts)).toBe('agrees')
    expect(spotAgrees(spot, floats(1, 2.6, 3, 4), parts)).toBe('disagrees')
    expect(spotAgrees(spot, floats(1, 2, 3.4, 4), parts)).toBe('disagrees')
    expect(spotAgrees(spot, floats(9, 2, 3, 9), parts)).toBe('agrees')
  })

  test('a list of types is counted from where its part begins', () => {
    const rows = (index: number, value: number) =>
      new Uint8Array([...new Uint8Array(Uint32Array.of(index).buffer), ...floats(value)])
    const result = new Uint8Array([...floats(5), ...rows(7, 1), ...rows(8, 2)])
    const parts = partsOf([4, exact], [16, near({ as: ['u32', 'f32'], atol: 0, rtol: 0.25 })])
    // From the first row's float on.
    const spot = spotOf(result, [8, 12])
    expect(spotAgrees(spot, result, parts)).toBe('agrees')
    expect(spotAgrees(spot, new Uint8Array([...floats(5), ...rows(7, 1.2), ...rows(8, 2)]), parts)).toBe('agrees')
    expect(spotAgrees(spot, new Uint8Array([...floats(5), ...rows(7, 1), ...rows(9, 2)]), parts)).toBe('disagrees')
  }) // prettier-ignore

  test('a number that a run does not hold whole does not count', () => {
    const bytes = Uint8Array.of(1, 1, 2, 2, 3, 3, 4, 4)
    const parts = partsOf([8, near({ as: ['u8', 'u16', 'u8', 'u32'], atol: 0 })])
    const spot = spotOf(bytes, [0, 4])
    expect(spotAgrees(spot, Uint8Array.of(1, 1, 2, 2, 9, 9, 9, 9), parts)).toBe('agrees')
    expect(spotAgrees(spot, Uint8Array.of(1, 9, 2, 2, 3, 3, 4, 4), parts)).toBe('disagrees')
  })

  test('what is not finite never agrees', () => {
    const parts = partsOf([4, near({ rtol: 1 })])
    for (const value of [NaN, Infinity])
      for (const other of [1, value]) {
        expect(spotAgrees(spotOf(floats(value), [0, 4]), floats(other), parts)).toBe('disagrees')
        expect(spotAgrees(spotOf(floats(other), [0, 4]), floats(value), parts)).toBe('disagrees')
      }
  })
})

describe('a share of outliers', () => {
  const spot = spotOf(bytesOf(honest), [0, 64])
  test.each([
    ['none where none is allowed', 0, 1, 'disagrees'],
    // 2 % of 256 numbers; the spot wrote 16 of them.
    ['as many as the whole unit may have, since they come in clusters', 0.016, 4, 'agrees'],
    ['and not one more', 0.016, 5, 'disagrees'],
    ['but never more than a quarter of what the spot wrote', 0.5, 4, 'agrees'],
    ['not even if half of the unit may be off', 0.5, 5, 'disagrees'],
  ] as const)('%s', (_title, outliers, many, verdict) => {
    expect(spotAgrees(spot, wrong(3, many), partsOf([4 * count, near({ outliers })]))).toBe(verdict)
  })
})
