import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unreachable } from '#protocol/assert.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Offer } from '#protocol/offer.ts'
import type { SuggestedChange } from '#protocol/waiting.ts'
import { matchesJob } from '#coordinator/core/market/bid.ts'
import { marketFor, whyWaiting } from '#coordinator/core/market/explain.ts'
import type { Job, State } from '#coordinator/core/state.ts'
import { aJob, World } from '#test/coordinator/core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { MarketWorld } from './a-market.ts'

const speedOf = (gflops: number) => ({ ...anOffer().speed, gflops })

/** Why a job waits in a world, without the market's figures. */
function reasonIn(world: World): string | undefined {
  return whyWaiting(world.state, world.job, world.nowMs)?.reason
}

describe('why a job waits', () => {
  test('[N2] for its money, with those who could work on it already counted', () => {
    const world = new World({ funded: false, providers: 'AB' })
    expect(whyWaiting(world.state, world.job, world.nowMs)).toEqual({
      reason: 'awaitingFunds',
      providersOnline: 2,
      matching: 2,
      free: 2,
      needed: 2,
      failing: [],
      suggestions: [],
    })
  })

  test('[N2] for somebody to come, to want it, for enough of them, for room', () => {
    const world = new World({ terms: aJob({ unitCount: 2, needs: { cause: 'arts' } }) })
    expect(reasonIn(world)).toBe('noProviders')
    world.join('A', 1, { causes: { never: ['arts'] } })
    expect(reasonIn(world)).toBe('nobodyMatches')
    world.join('B')
    expect(reasonIn(world)).toBeUndefined()
    world.deliver('B', 1)
    world.deliver('B', 1)
    expect(reasonIn(world)).toBe('tooFewMatch')
    world.join('C')
    expect(reasonIn(world)).toBeUndefined()
  })

  test('[N2] for those who match to have room', () => {
    const world = new MarketWorld()
    world.start({ unitCount: 1 })
    const job = world.start({ unitCount: 1 })
    for (const number of [1, 2]) world.join(number)
    expect(whyWaiting(world.state, job, world.nowMs)).toMatchObject({
      reason: 'allBusy',
      matching: 2,
      free: 0,
    })
  })

  test('[N2] for its requester to let it go on; and for nothing once it has ended', () => {
    const world = new World({ providers: 'AB' })
    world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'pause' })
    expect(reasonIn(world)).toBe('paused')
    world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'resume' })
    for (const name of 'AB') world.deliver(name, 1)
    expect(world.job.phase).toBe('finished')
    expect(reasonIn(world)).toBeUndefined()
  })

  test('[N2] of an audited job: for the beacon', () => {
    const world = new World({ terms: aJob({ quorum: 1 }), providers: 'AB' })
    world.deliver('A', 1)
    expect(reasonIn(world)).toBe('beacon')
  })
})

describe('who fails what', () => {
  test('[N2] each condition with how many fail it, and how many fail nothing else', () => {
    const world = new MarketWorld()
    const needs = { features: ['shader-f16'], memoryBytes: 2 ** 30, targetMs: 3_600 }
    const job = world.submit({ quorum: 1, payWei: 1_000n, needs })
    world.join(1, { features: ['shader-f16'], memoryMiB: 256 })
    world.join(2, { features: ['shader-f16'], memoryMiB: 512 })
    world.join(3, { memoryMiB: 128 })
    world.join(4, { features: ['shader-f16'], speed: speedOf(1_000), minimumWeiPerHour: 1_200_000n })
    world.join(5, { features: ['shader-f16'], speed: speedOf(1_000), minimumWeiPerHour: 1_000_000n })
    const view = marketFor(world.state, job, world.nowMs)
    expect(view).toMatchObject({ providersOnline: 5, matching: 1, free: 1 })
    expect(view.failing).toEqual([
      { condition: 'memory', neededBytes: 2 ** 30, bestBytes: 2 ** 29, providers: 3, only: 2 },
      { condition: 'feature', feature: 'shader-f16', providers: 1, only: 0 },
      { condition: 'price', paysWeiPerHour: 1_000_000n, asksWeiPerHour: 1_200_000n, providers: 1, only: 1 },
    ])
    expect(view.suggestions).toEqual([
      { change: { kind: 'memory', bytes: 2 ** 28 }, matches: 3 },
      { change: { kind: 'memory', bytes: 2 ** 29 }, matches: 2 },
      { change: { kind: 'price', perUnitWei: 1_200n }, matches: 2 },
    ])
  })

  test('[N2] a price is suggested for one, half and all of those who lack nothing but a better one', () => {
    const world = new MarketWorld()
    const job = world.submit({ quorum: 2, payWei: 1n, needs: { targetMs: 3_600 } })
    for (const number of [1, 2, 3, 4, 5])
      world.join(number, { speed: speedOf(1_000), minimumWeiPerHour: BigInt(number) * 1_000_000n })
    const prices = marketFor(world.state, job, world.nowMs).suggestions
    expect(prices).toEqual([
      { change: { kind: 'price', perUnitWei: 10_000n }, matches: 5 },
      { change: { kind: 'price', perUnitWei: 6_000n }, matches: 3 },
      { change: { kind: 'price', perUnitWei: 2_000n }, matches: 1 },
    ])
  })

  test('[N2] every change that is suggested, made, matches exactly as many as was said', () => {
    const needs = fc.record({
      features: fc.subarray(['shader-f16', 'subgroups']),
      limits: fc.constantFrom({}, { maxBufferSize: 2 ** 29 }),
      memoryBytes: fc.nat(3).map((mebibytes) => mebibytes * 2 ** 20),
      gflopsMin: fc.nat(300),
      cause: fc.constantFrom('science', 'arts'),
      dataBytes: fc.nat(3),
      deadlineMs: fc.option(fc.integer({ min: 1_000_000, max: 1_004_000 }), { nil: undefined }),
      pool: fc.constantFrom(undefined, undefined, `0x${'99'.repeat(32)}` as const),
      targetMs: fc.constant(200),
    }) satisfies fc.Arbitrary<Partial<Needs>>
    const offers = fc.record({
      features: fc.constantFrom<Offer['features'][]>(
        ['shader-f16', 'subgroups'],
        ['shader-f16', 'subgroups'],
        [],
      ),
      limits: fc.constantFrom<Offer['limits'][]>({ maxBufferSize: 2 ** 29 }, { maxBufferSize: 2 ** 28 }),
      memoryMiB: fc.integer({ min: 1, max: 4 }),
      speed: fc.integer({ min: 50, max: 500 }).map(speedOf),
      causes: fc.constantFrom<Offer['causes'][]>({ never: [] }, { never: [] }, { never: ['arts'] }),
      minimumWeiPerHour: fc.constantFrom(0n, 0n, 1_000n, 3_000n, 9_999n),
      dataBytesMax: fc.constantFrom(undefined, undefined, 1),
    })
    let [suggested, most] = [0, 0]
    fc.assert(
      fc.property(
        needs,
        fc.array(offers, { maxLength: 12 }),
        fc.bigInt(0n, 2n),
        (needed, offered, payWei) => {
          const world = new MarketWorld()
          const job = world.submit({ quorum: 2, payWei, needs: needed })
          for (const [number, offer] of offered.entries()) world.join(number, offer)
          const view = marketFor(world.state, job, world.nowMs)
          expect(view.matching).toBe(countMatching(world.state, job, world.nowMs))
          for (const { change, matches } of view.suggestions) {
            expect(countMatching(world.state, changedBy(job, change), world.nowMs)).toBe(matches)
            expect(matches).toBeGreaterThan(view.matching)
            suggested += 1
            most = Math.max(most, matches - view.matching)
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(suggested).toBeGreaterThan(100)
    expect(most).toBeGreaterThan(2)
  })
})

function countMatching(state: State, job: Job, nowMs: number): number {
  return [...state.providers.values()].filter((provider) => matchesJob(job, provider, nowMs)).length
}

/** The job as it would be with a change that was suggested. */
function changedBy(job: Job, change: SuggestedChange): Job {
  const { needs, plan } = job.terms
  const changed = (changes: Partial<Needs>) => ({
    ...job,
    terms: { ...job.terms, needs: { ...needs, ...changes } },
  })
  switch (change.kind) {
    case 'price':
      return {
        ...job,
        terms: { ...job.terms, plan: { ...plan, unitPayWei: change.perUnitWei / BigInt(plan.quorum) } },
      }
    case 'feature':
      return changed({ features: needs.features.filter((feature) => feature !== change.feature) })
    case 'limit':
      return changed({ limits: { ...needs.limits, [change.limit]: change.value } })
    case 'memory':
      return changed({ memoryBytes: change.bytes })
    case 'speed':
      return changed({ gflopsMin: change.gflops })
    case 'data':
      return changed({ dataBytes: change.bytes })
    case 'pool':
      return changed({ pool: undefined })
    case 'deadline':
      return changed({ deadlineMs: change.deadlineMs })
    default:
      return unreachable(change)
  }
}
