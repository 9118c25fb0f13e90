import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, linkBackoff } from '#web/core/backoff.ts'

test('[W1] waits double from one second to thirty, and the upper half of each is drawn', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(linkBackoff, attempt, 0))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ])
  expect([1, 6].map((attempt) => backoffMs(linkBackoff, attempt, 0.999_999))).toEqual([1_000, 30_000])
})

test('[W1] no attempt and no jitter leads outside the bounds', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, jitter) => {
        const waitMs = backoffMs(linkBackoff, attempt, jitter)
        expect(waitMs).toBeGreaterThanOrEqual(500)
        expect(waitMs).toBeLessThanOrEqual(30_000)
      },
    ),
  )
})
