import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bestRate, nextWork, type Timing } from '#runner/benchmark-growth.ts'

/** Measures a device of so much work a ms, whose every submit takes `startMs` besides. */
function measured(ratePerMs: number, startMs: number, workMax = 2 ** 40): Timing[] {
  const timings: Timing[] = []
  for (let work: number | undefined = 64; work !== undefined;) {
    timings.push({ work, tookMs: startMs + work / ratePerMs })
    work = nextWork(timings, 10, workMax)
  }
  return timings
}

test('a measurement grows to its submit time within a dozen submits, and never past it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 3, max: 8, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (size, startMs) => {
        const timings = measured(10 ** size, startMs)
        expect(timings.length).toBeLessThanOrEqual(16)
        expect(Math.max(...timings.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(10.01)
        expect(bestRate(timings)).toBeGreaterThan(0.4 * 10 ** size)
        expect(bestRate(timings)).toBeLessThanOrEqual(1.001 * 10 ** size)
      },
    ),
  )
})

test('a device that is too fast for the most that may be asked is measured by that', () => {
  const timings = measured(1e9, 0, 1e6)
  expect(timings.slice(-2).map(({ work }) => work)).toEqual([1e6, 1e6])
})

test('a clock that sees no time at all makes no endless rate', () => {
  expect(nextWork([{ work: 64, tookMs: 0 }], 10, 2 ** 40)).toBe(512)
  expect(bestRate([{ work: 64, tookMs: 0 }])).toBe(0)
  expect(
    bestRate([
      { work: 64, tookMs: 0 },
      { work: 512, tookMs: 2 },
    ]),
  ).toBe(256)
})

test('a short submit, which is mostly its start, does not decide the rate', () => {
  expect(
    bestRate([
      { work: 1_000, tookMs: 0.1 },
      { work: 8_000, tookMs: 10 },
    ]),
  ).toBe(800)
})
