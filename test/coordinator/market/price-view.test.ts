import { describe, expect, test } from 'vitest'
import { notePaid } from '#coordinator/core/market/paid.ts'
import { fillProbability, marketView } from '#coordinator/core/market/price-view.ts'
import { someNeeds, World } from '#test/coordinator/core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { MarketWorld } from './a-market.ts'

const speedOf = (gflops: number) => ({ ...anOffer().speed, gflops })
const hourMs = 3_600_000

describe('the market', () => {
  test('[N8] nobody online, nothing paid: no price, and nothing would be taken', () => {
    const { state, nowMs } = new MarketWorld()
    expect(marketView(state, nowMs, { perUnitWei: 1n, unitMs: 1 })).toEqual({
      goingRateWeiPerHour: null,
      asksWeiPerHour: null,
      providersOnline: 0,
      providersFree: 0,
      queuedUnits: 0,
      queuedGpuMs: 0,
      fillProbability: 0,
    })
    expect(marketView(state, nowMs).fillProbability).toBeNull()
  })

  test('[N8] the going rate is of what was paid for within the last hour, by time', () => {
    const { state, nowMs } = new MarketWorld()
    notePaid(state, 1_000n, 1_000, nowMs - hourMs)
    expect(marketView(state, nowMs).goingRateWeiPerHour).toBeNull()
    notePaid(state, 2n, 1_000, nowMs - hourMs + 1)
    for (let unit = 0; unit < 8; unit += 1) notePaid(state, 3n, 1_000, nowMs)
    notePaid(state, 7n, 1_000, nowMs)
    notePaid(state, 9n, 1_000, nowMs)
    expect(marketView(state, nowMs).goingRateWeiPerHour).toEqual({
      low: 3n * 3_600n,
      median: 3n * 3_600n,
      high: 7n * 3_600n,
    })
  })

  test('[N8] each accepted unit makes the rate, by the time that it took its provider', () => {
    const world = new World({ providers: 'AB' })
    world.nowMs += 1_000
    for (const name of 'AB') world.deliver(name, 1)
    const rate = world.terms.plan.unitPayWei * 3_600n
    expect(marketView(world.state, world.nowMs).goingRateWeiPerHour).toEqual({
      low: rate,
      median: rate,
      high: rate,
    })
  })

  test('[N8] memory of what was paid is bounded', () => {
    const { state, nowMs } = new MarketWorld()
    for (let unit = 0; unit < 10_000; unit += 1) notePaid(state, BigInt(unit), hourMs, nowMs)
    expect(state.market.paid.entries).toHaveLength(4_096)
    expect(marketView(state, nowMs).goingRateWeiPerHour).toMatchObject({ low: 6_313n })
  })

  test('[N8] asks count by speed', () => {
    const world = new MarketWorld()
    world.join(1, { speed: speedOf(100), minimumWeiPerHour: 1n })
    world.join(2, { speed: speedOf(100), minimumWeiPerHour: 5n })
    world.join(3, { speed: speedOf(800), minimumWeiPerHour: 3n })
    expect(marketView(world.state, world.nowMs).asksWeiPerHour).toEqual({ low: 1n, median: 3n, high: 3n })
  })

  test('[N8] what waits, in units and in the time of one GPU like those online', () => {
    const world = new MarketWorld()
    world.join(1, { speed: speedOf(500) })
    world.start({ unitCount: 5, quorum: 2, needs: { targetMs: 1_000 } })
    world.submit({ unitCount: 100 })
    const paused = world.start({ unitCount: 50 })
    world.happens({ kind: 'jobControlled', job: paused.terms.id, action: 'pause' })
    expect(marketView(world.state, world.nowMs)).toMatchObject({
      providersOnline: 1,
      providersFree: 0,
      queuedUnits: 4,
      queuedGpuMs: 4 * 2 * 2_000,
    })
  })

  test('[N8] a bid is taken by the share of speed that asks no more', () => {
    const world = new MarketWorld()
    world.join(1, { speed: speedOf(1_000), minimumWeiPerHour: 3_600n })
    world.join(2, { speed: speedOf(1_000), minimumWeiPerHour: 7_200n })
    // Twice as fast: the same unit earns it twice as much an hour.
    world.join(3, { speed: speedOf(2_000), minimumWeiPerHour: 7_200n })
    const at = (payWei: bigint) => fillProbability(world.state, someNeeds(), payWei, 1_000, world.nowMs)
    expect([0n, 1n, 2n].map(at)).toEqual([0, 0.75, 1])
    const picky = someNeeds({ gflopsMin: 1_500 })
    expect(fillProbability(world.state, picky, 2n, 1_000, world.nowMs)).toBe(0.5)
  })
})
