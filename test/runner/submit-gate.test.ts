import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pacer } from '#runner/pacer.ts'
import { SubmitGate, type SubmitOrder } from '#runner/submit-gate.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** An order whose end the test decides, and what became of it. */
function anOrder(limitMs = 1000) {
  const done = Promise.withResolvers<undefined>()
  const seen = { submitted: false, late: [] as boolean[], wanted: true }
  const order: SubmitOrder = {
    limitMs,
    wanted: () => seen.wanted,
    submit: () => {
      seen.submitted = true
      return done.promise
    },
    late: (culprit) => seen.late.push(culprit),
  }
  return { order, done, seen }
}

test('[G14] two are let in, the third when one has ended; each learns the time of its own', async () => {
  const gate = new SubmitGate(new Pacer({ submitMs: 12, duty: 1 }))
  const [first, second, third] = [anOrder(), anOrder(), anOrder()]
  const ends = [first, second, third].map(({ order }) => gate.enter(order).ended)
  expect([first, second, third].map(({ seen }) => seen.submitted)).toEqual([true, true, false])
  await vi.advanceTimersByTimeAsync(20)
  first.done.resolve(undefined)
  expect(await ends[0]).toBe(20)
  await vi.advanceTimersByTimeAsync(0)
  expect(third.seen.submitted).toBe(true)
  await vi.advanceTimersByTimeAsync(5)
  second.done.resolve(undefined)
  expect(await ends[1]).toBe(5)
})

test('[G10] what the GPU is at when time is up is the culprit, not what waits behind it', async () => {
  const gate = new SubmitGate(new Pacer({ submitMs: 12, duty: 1 }))
  const [first, second, third] = [anOrder(100), anOrder(10), anOrder(100)]
  for (const { order } of [first, second, third]) void gate.enter(order)
  await vi.advanceTimersByTimeAsync(99)
  expect(first.seen.late).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(first.seen.late).toEqual([true])
  expect(second.seen.late).toEqual([false])
  expect(third.seen.submitted).toBe(true)
})

test('[G10] a submit has its limit from when the GPU gets to it', async () => {
  const gate = new SubmitGate(new Pacer({ submitMs: 12, duty: 1 }))
  const [first, second] = [anOrder(100), anOrder(100)]
  for (const { order } of [first, second]) void gate.enter(order)
  await vi.advanceTimersByTimeAsync(90)
  first.done.resolve(undefined)
  await vi.advanceTimersByTimeAsync(90)
  expect(second.seen.late).toEqual([])
  await vi.advanceTimersByTimeAsync(10)
  expect(second.seen.late).toEqual([true])
})

test('an order that nobody wants any more is dropped, and one that fails gives its place back', async () => {
  const gate = new SubmitGate(new Pacer({ submitMs: 12, duty: 1 }))
  const [first, second, unwanted, last] = [anOrder(), anOrder(), anOrder(), anOrder()]
  const entered = [first, second, unwanted, last].map(({ order }) => gate.enter(order))
  unwanted.seen.wanted = false
  first.done.reject(new Error('lost'))
  await expect(entered[0]?.ended).rejects.toThrow('lost')
  await vi.advanceTimersByTimeAsync(0)
  expect([unwanted.seen.submitted, last.seen.submitted]).toEqual([false, true])
})

test('[G14] a low duty makes the next wait, and a higher one lets it in', async () => {
  const pacer = new Pacer({ submitMs: 12, duty: 0.1 })
  const gate = new SubmitGate(pacer)
  const [first, second] = [anOrder(), anOrder()]
  for (const { order } of [first, second]) void gate.enter(order)
  await vi.advanceTimersByTimeAsync(10)
  first.done.resolve(undefined)
  await vi.advanceTimersByTimeAsync(80)
  expect(second.seen.submitted).toBe(false)
  pacer.setPace({ submitMs: 12, duty: 0.5 })
  gate.look()
  expect(second.seen.submitted).toBe(true)
})
