import { expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { capacityFor, smoothedMs } from '#web/core/capacity.ts'

test.each([
  [undefined, 3],
  [5_000, 3],
  [100, 3],
  [99, 4],
  [50, 4],
  [20, 7],
  [1, limits.capacityMax],
  [0, limits.capacityMax],
])('[W35] units of %s ms: %i are held', (unitMs, capacity) => {
  expect(capacityFor(2, unitMs)).toBe(capacity)
})

test('[W35] one unit out of the ordinary changes little', () => {
  expect(smoothedMs(undefined, 100)).toBe(100)
  expect(smoothedMs(100, 200)).toBe(130)
})
