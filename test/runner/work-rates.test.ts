import { expect, test } from 'vitest'
import { Pacer } from '#runner/pacer.ts'
import { WorkRates } from '#runner/work-rates.ts'

const share = (workgroups: number, room: number) => new Map([['kernel', { workgroups, room }]])

/** Runs full submits of a kernel whose workgroups take so long, one after the other, in virtual time. */
function submitsOf(rates: WorkRates, times: number, submitMs: number, took: (workgroups: number) => number) {
  return Array.from({ length: times }, () => {
    const room = rates.roomFor('kernel', submitMs)
    const workgroups = Math.max(1, Math.floor(room))
    const tookMs = took(workgroups)
    rates.learn(share(workgroups, room), workgroups / room, submitMs, tookMs)
    return { workgroups, tookMs }
  })
}

test('[G14] an unknown kernel starts with a few workgroups and doubles until a submit takes its time', () => {
  const submits = submitsOf(new WorkRates(), 16, 12, (workgroups) => 0.2 + workgroups * 0.01)
  expect(submits[0]?.workgroups).toBe(4)
  for (const [index, { workgroups }] of submits.slice(1).entries())
    expect(workgroups).toBeLessThanOrEqual(2 * (submits[index]?.workgroups ?? 0))
  expect(submits.at(-1)?.tookMs).toBeGreaterThan(10)
  expect(submits.at(-1)?.tookMs).toBeLessThan(13)
})

test('[G14] a kernel that suddenly takes longer is cut to a quarter at most in one go, and soon fits', () => {
  const rates = new WorkRates()
  const before = submitsOf(rates, 16, 12, (workgroups) => workgroups * 0.01).at(-1)
  const after = submitsOf(rates, 6, 12, (workgroups) => workgroups * 0.5)
  expect(after[1]?.workgroups).toBeGreaterThanOrEqual(Math.floor((before?.workgroups ?? 0) / 4))
  expect(after.at(-1)?.tookMs).toBeLessThanOrEqual(12.5)
})

test('another submit time takes effect with the next submit', () => {
  const rates = new WorkRates()
  submitsOf(rates, 16, 50, (workgroups) => workgroups * 0.1)
  expect(submitsOf(rates, 1, 8, (workgroups) => workgroups * 0.1)[0]?.tookMs).toBeLessThanOrEqual(8)
})

test('a short submit makes nothing smaller, and only a full one much larger', () => {
  const rates = new WorkRates()
  submitsOf(rates, 16, 12, (workgroups) => workgroups * 0.01)
  const room = rates.roomFor('kernel', 12)
  rates.learn(share(10, room), 10 / room, 12, 5)
  expect(rates.roomFor('kernel', 12)).toBe(room)
  rates.learn(share(10, room), 10 / room, 12, 0.01)
  expect(rates.roomFor('kernel', 12)).toBe(room)
})

test('a whole dispatch that cannot be cut teaches its rate at once', () => {
  const rates = new WorkRates()
  rates.learn(share(4096, 4), 1024, 12, 12)
  expect(rates.roomFor('kernel', 12)).toBeCloseTo(4096)
})

test('two submits in flight, the GPU’s time counted once', () => {
  const pacer = new Pacer({ submitMs: 12, duty: 1 })
  expect(pacer.waitMs(0)).toBe(0)
  pacer.began()
  expect(pacer.waitMs(1)).toBe(0)
  pacer.began()
  expect(pacer.waitMs(2)).toBeUndefined()
  expect(pacer.ended(0, 12)).toBe(12)
  expect(pacer.ended(1, 24)).toBe(12)
  expect(pacer.busyMs).toBe(24)
})

test('a duty of a quarter leaves three times what a submit took, and a new duty counts from now', () => {
  const pacer = new Pacer({ submitMs: 12, duty: 0.25 })
  pacer.began()
  expect(pacer.waitMs(5)).toBeUndefined()
  pacer.ended(0, 10)
  expect(pacer.waitMs(10)).toBe(30)
  expect(pacer.waitMs(40)).toBe(0)
  pacer.setPace({ submitMs: 12, duty: 0.5 })
  expect(pacer.waitMs(10)).toBe(10)
  pacer.setPace({ submitMs: 12, duty: 1 })
  expect(pacer.waitMs(10)).toBe(0)
})

test('[G14] the share of busy time follows the duty, whatever submits take', () => {
  for (const duty of [0.1, 0.5, 0.9]) {
    const pacer = new Pacer({ submitMs: 12, duty })
    let nowMs = 0
    for (let submit = 0; submit < 200; submit += 1) {
      nowMs += pacer.waitMs(nowMs) ?? NaN
      pacer.began()
      const beganMs = nowMs
      nowMs += 5 + (submit % 7)
      pacer.ended(beganMs, nowMs)
    }
    expect(pacer.busyMs / nowMs).toBeCloseTo(duty, 1)
  }
})

test('[G14] paused, nothing may start; a duty of nothing is refused', () => {
  const pacer = new Pacer({ submitMs: 12, duty: 1 })
  pacer.pause()
  expect(pacer.waitMs(0)).toBeUndefined()
  pacer.resume()
  expect(pacer.waitMs(0)).toBe(0)
  expect(() => {
    pacer.setPace({ submitMs: 12, duty: 0 })
  }).toThrow(/pause/)
})
