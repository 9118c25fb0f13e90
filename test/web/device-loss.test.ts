import fc from 'fast-check'
import { expect, test } from 'vitest'
import { healthyGpu, noteFound, noteLoss, noteMissing, type GpuVerdict } from '#web/core/device-loss.ts'

const secondMs = 1_000
const minuteMs = 60_000

/** What losses at these times lead to, one after the other. */
function verdictsOf(...timesMs: number[]): GpuVerdict[] {
  let gpu = healthyGpu
  return timesMs.map((nowMs) => {
    const { record, verdict } = noteLoss(gpu, nowMs)
    gpu = noteFound(record)
    return verdict
  })
}

test('[W16] first loss: on at once; second within two minutes: wait; third: give up', () => {
  expect(verdictsOf(0, 119 * secondMs, 5 * minuteMs)).toEqual([
    { kind: 'goOn' },
    { kind: 'wait', waitMs: 5 * secondMs },
    { kind: 'giveUp' },
  ])
})

test('[W16] a second loss after more than two minutes is gone on from at once, and counts all the same', () => {
  expect(verdictsOf(0, 3 * minuteMs, 6 * minuteMs).map(({ kind }) => kind)).toEqual([
    'goOn',
    'goOn',
    'giveUp',
  ])
})

test('[W16] a loss more than ten minutes after the last is a first one', () => {
  expect(verdictsOf(0, minuteMs, 11.1 * minuteMs, 12 * minuteMs).map(({ kind }) => kind)).toEqual([
    'goOn',
    'wait',
    'goOn',
    'wait',
  ])
})

test('[W16] without an adapter, waits grow from 5 s to 130 s, longer in sum than browsers withhold one; then no more', () => {
  let { record, verdict } = noteLoss(noteLoss(healthyGpu, 0).record, secondMs)
  const waits: number[] = []
  while (verdict.kind === 'wait') {
    waits.push(verdict.waitMs / secondMs)
    const missing = noteMissing(record)
    record = missing.record
    verdict = missing.verdict
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 130])
  expect(verdict).toEqual({ kind: 'giveUp' })
})

test('[W16] an adapter that is found ends the row of waits, not that of losses', () => {
  const second = noteLoss(noteLoss(healthyGpu, 0).record, secondMs).record
  const found = noteFound(noteMissing(second).record)
  expect(noteMissing(found).verdict).toEqual({ kind: 'wait', waitMs: 5 * secondMs })
  expect(noteLoss(found, minuteMs).verdict).toEqual({ kind: 'giveUp' })
})

test('[W16] never more than two losses within ten minutes are gone on from', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20 * minuteMs), { minLength: 3, maxLength: 30 }), (gapsMs) => {
      let nowMs = 0
      let gpu = healthyGpu
      const survivedMs: number[] = []
      for (const gapMs of gapsMs) {
        nowMs += gapMs
        const { record, verdict } = noteLoss(gpu, nowMs)
        gpu = record
        if (verdict.kind === 'giveUp') break
        survivedMs.push(nowMs)
      }
      for (const [index, atMs] of survivedMs.entries())
        expect(atMs - (survivedMs[index - 2] ?? -Infinity)).toBeGreaterThan(10 * minuteMs)
    }),
  )
})
