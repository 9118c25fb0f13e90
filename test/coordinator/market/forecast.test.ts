import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  forecastMs,
  learnUnitTime,
  newForecast,
  providersRemembered,
  referenceGflops,
  type Forecaster,
} from '#coordinator/core/market/forecast.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { accountOf } from './a-market.ts'

const aForecasted = (targetMs?: number) => ({ forecast: newForecast(), terms: { needs: { targetMs } } })

function deviceOf(number: number, gflops: number): Forecaster {
  return { id: accountOf(number), offer: { speed: { ...anOffer().speed, gflops } } }
}

/** Forecasts and truth within a factor. */
function isNear(one: number, other: number, factor: number): boolean {
  return one <= other * factor && other <= one * factor
}

describe('forecasts', () => {
  test('[N5] at first what the author thinks, of a common GPU; else two seconds', () => {
    expect(forecastMs(aForecasted(500), deviceOf(1, referenceGflops))).toBe(500)
    expect(forecastMs(aForecasted(500), deviceOf(1, referenceGflops / 4))).toBe(2_000)
    expect(forecastMs(aForecasted(), deviceOf(1, referenceGflops * 2))).toBe(1_000)
  })

  test('[N5] a unit that came back tells of every device, by its speed', () => {
    const job = aForecasted(500)
    learnUnitTime(job, deviceOf(1, 100), 3_000)
    expect(forecastMs(job, deviceOf(2, 300))).toBe(1_000)
  })

  test("[N5] a provider's own time decides about itself, however fast it says it is", () => {
    const job = aForecasted(500)
    const boaster = deviceOf(1, 100_000)
    expect(forecastMs(job, boaster)).toBe(5)
    learnUnitTime(job, boaster, 8_000)
    expect(forecastMs(job, boaster)).toBe(8_000)
  })

  test('[N5] the first unit waits for data and compiler: a shorter second one takes its place', () => {
    const job = aForecasted()
    const device = deviceOf(1, 100)
    learnUnitTime(job, device, 9_000)
    learnUnitTime(job, device, 1_000)
    expect(forecastMs(job, device)).toBe(1_000)
  })

  test('[N5] one unit that took for ever moves the forecast by little, a lasting change by all', () => {
    const job = aForecasted()
    const device = deviceOf(1, 100)
    for (let unit = 0; unit < 5; unit += 1) learnUnitTime(job, device, 1_000)
    learnUnitTime(job, device, 3_000_000)
    expect(forecastMs(job, device)).toBeLessThan(1_600)
    for (let unit = 0; unit < 20; unit += 1) learnUnitTime(job, device, 10_000)
    expect(isNear(forecastMs(job, device), 10_000, 1.05)).toBe(true)
  })

  test('[N5] fewer than half of those remembered mislead a forecast by no more than the honest ones differ', () => {
    const liar = fc.record({
      gflops: fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
      tookMs: fc.nat(10_000_000),
    })
    fc.assert(
      fc.property(fc.array(liar, { maxLength: 12 }), fc.nat(1_000), (liars, seed) => {
        const job = aForecasted()
        const honest = Array.from({ length: 13 }, (_, number) => {
          const gflops = 100 + ((seed + number * 37) % 1_000)
          return { device: deviceOf(number, gflops), tookMs: 200_000 / gflops }
        })
        const lying = liars.map(({ gflops, tookMs }, number) => ({
          device: deviceOf(100 + number, gflops),
          tookMs,
        }))
        for (let unit = 0; unit < 10; unit += 1)
          for (const { device, tookMs } of [...honest, ...lying, ...lying]) learnUnitTime(job, device, tookMs)
        expect(isNear(forecastMs(job, deviceOf(999, 500)), 400, 1.001)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('[N5] memory is bounded: the provider that has been silent the longest is forgotten', () => {
    const job = aForecasted()
    for (let number = 0; number < providersRemembered; number += 1)
      learnUnitTime(job, deviceOf(number, 100), 1_000)
    learnUnitTime(job, deviceOf(0, 100), 1_000)
    learnUnitTime(job, deviceOf(5_000, 100), 1_000)
    expect(job.forecast.byProvider.size).toBe(providersRemembered)
    expect(job.forecast.byProvider.has(accountOf(0))).toBe(true)
    expect(job.forecast.byProvider.has(accountOf(1))).toBe(false)
  })

  test('[N5] whatever is stated and however long it took, a forecast is a positive time of at most an hour', () => {
    const speeds = fc.oneof(fc.constant(0), fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }))
    fc.assert(
      fc.property(
        speeds,
        fc.array(fc.double({ min: 0, max: 1e300, noNaN: true }), { maxLength: 5 }),
        (gflops, times) => {
          const job = aForecasted(1)
          for (const tookMs of times) learnUnitTime(job, deviceOf(1, gflops), tookMs)
          for (const number of [1, 2]) {
            const forecast = forecastMs(job, deviceOf(number, gflops))
            expect(forecast).toBeGreaterThanOrEqual(1)
            expect(forecast).toBeLessThanOrEqual(3_600_000)
          }
        },
      ),
    )
  })
})
