import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BusyShare } from '#web/core/busy-share.ts'
import { clampIntensity, paceHoldsMs, paceOf, usualIntensity } from '#web/core/pace.ts'

const attention = fc.record({
  visible: fc.boolean(),
  sinceInputMs: fc.oneof(fc.nat(120_000), fc.constant(Infinity)),
})

test('[W32] a hand on the page: 8 ms a submit; a page that is watched: 16; nobody there: 50', () => {
  const submitMs = (visible: boolean, sinceInputMs: number) =>
    paceOf({ visible, sinceInputMs }, usualIntensity).submitMs
  expect([0, 1_999, 2_000, 59_999, 60_000, Infinity].map((since) => submitMs(true, since))).toEqual([
    8, 8, 16, 16, 50, 50,
  ])
  expect([0, 60_000].map((since) => submitMs(false, since))).toEqual([50, 50])
})

test('[W32] a quarter of the GPU’s time unless the contributor says otherwise', () => {
  expect(paceOf({ visible: true, sinceInputMs: 0 }, usualIntensity).duty).toBe(0.25)
})

test('[W32] intensities are whole steps of 5 from 5 to 100 percent', () => {
  expect([-7, 0, 2, 7, 8, 99, 100, 1_000].map(clampIntensity)).toEqual([5, 5, 5, 5, 10, 100, 100, 100])
})

test('[W32] never idle and never beyond the whole, whatever is asked', () => {
  fc.assert(
    fc.property(attention, fc.double({ noNaN: true, min: -1e6, max: 1e6 }), (seen, intensity) => {
      const { submitMs, duty } = paceOf(seen, intensity)
      expect(duty).toBeGreaterThan(0)
      expect(duty).toBeLessThanOrEqual(1)
      expect(submitMs).toBeLessThanOrEqual(50)
    }),
  )
})

test('[W32] the pace holds as long as it says, and not longer', () => {
  fc.assert(
    fc.property(attention, (seen) => {
      const holdsMs = paceHoldsMs(seen)
      const later = (ms: number) => paceOf({ ...seen, sinceInputMs: seen.sinceInputMs + ms }, 25).submitMs
      if (holdsMs === undefined) expect(later(1e9)).toBe(later(0))
      else {
        expect(later(holdsMs - 1)).toBe(later(0))
        expect(later(holdsMs)).not.toBe(later(0))
      }
    }),
  )
})

test('[W33] the busy share is that of the last ten seconds', () => {
  const busy = new BusyShare()
  const shares: (number | undefined)[] = []
  // Idle for 20 s, then half busy.
  for (let second = 0; second <= 40; second += 1)
    shares.push(busy.note({ elapsedMs: 1_000 * second, busyMs: 500 * Math.max(0, second - 20) }))
  expect(shares[0]).toBeUndefined()
  expect(shares[20]).toBe(0)
  expect(shares[25]).toBe(0.25)
  expect(shares[30]).toBe(0.5)
  expect(shares[40]).toBe(0.5)
})

test('[W33] any number of looks gives a share between nothing and all', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3_000), fc.double({ min: 0, max: 1.2, noNaN: true }))), (steps) => {
      const busy = new BusyShare()
      let [elapsedMs, busyMs] = [0, 0]
      for (const [passedMs, share] of steps) {
        elapsedMs += passedMs
        busyMs += share * passedMs
        const seen = busy.note({ elapsedMs, busyMs }) ?? 0
        expect(seen).toBeGreaterThanOrEqual(0)
        expect(seen).toBeLessThanOrEqual(1)
      }
    }),
  )
})
