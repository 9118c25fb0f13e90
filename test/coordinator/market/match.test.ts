import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { poolIdOf } from '#protocol/pools.ts'
import { payForHourly } from '#coordinator/core/market/hourly.ts'
import { matches, mismatchesOf, type Bid } from '#coordinator/core/market/match.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Offer } from '#protocol/offer.ts'
import { someNeeds } from '#test/coordinator/core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'

const nowMs = 1_000_000
const id = '0x01'

function bidOf(needs: Partial<Needs> = {}, changes: Partial<Bid> = {}): Bid {
  const whole = someNeeds(needs)
  return { needs: whole, payWei: 0n, dataBytes: whole.dataBytes, unable: new Set(), ...changes }
}

function found(needs: Partial<Needs>, offer: Partial<Offer>, forecastMs = 1_000) {
  return mismatchesOf(bidOf(needs), { id, offer: anOffer(offer) }, forecastMs, nowMs)
}

describe('a match', () => {
  test('[N1] plain needs match a plain offer', () => {
    expect(found({}, {})).toEqual([])
  })

  test('[N1] each missing feature is told', () => {
    const needs = { features: ['shader-f16', 'subgroups', 'float32-filterable'] }
    expect(found(needs, { features: ['subgroups'] })).toEqual([
      { condition: 'feature', feature: 'shader-f16' },
      { condition: 'feature', feature: 'float32-filterable' },
    ])
  })

  test('[N1] a limit that an offer does not name has the value that every WebGPU device has', () => {
    const name = 'maxComputeInvocationsPerWorkgroup'
    expect(found({ limits: { [name]: 256 } }, {})).toEqual([])
    expect(found({ limits: { [name]: 257 } }, {})).toEqual([
      { condition: 'limit', limit: name, has: 256, needs: 257 },
    ])
    expect(found({ limits: { [name]: 512 } }, { limits: { [name]: 512 } })).toEqual([])
    expect(found({ limits: { toString: 1 } }, {})).toEqual([
      { condition: 'limit', limit: 'toString', has: 0, needs: 1 },
    ])
  })

  test('[N1] memory, speed and data to download', () => {
    const mebibyte = 1024 * 1024
    expect(found({ memoryBytes: 512 * mebibyte }, { memoryMiB: 512 })).toEqual([])
    expect(found({ memoryBytes: 512 * mebibyte + 1 }, { memoryMiB: 512 })).toMatchObject([
      { condition: 'memory' },
    ])
    expect(found({ gflopsMin: 100 }, {})).toEqual([])
    expect(found({ gflopsMin: 100.1 }, {})).toMatchObject([{ condition: 'speed', has: 100, needs: 100.1 }])
    expect(found({ dataBytes: 2e9 }, {})).toEqual([])
    expect(found({ dataBytes: 2e9 }, { dataBytesMax: 2e9 })).toEqual([])
    expect(found({ dataBytes: 2e9 + 1 }, { dataBytesMax: 2e9 })).toMatchObject([{ condition: 'data' }])
  })

  test('[N1] whoever has the data need not download it again', () => {
    const bid = bidOf({ dataBytes: 2e9 }, { dataBytes: 0 })
    expect(matches(bid, { id, offer: anOffer({ dataBytesMax: 0 }) }, 1, nowMs)).toBe(true)
  })

  test.each([
    [{ never: ['arts'] }, true],
    [{ never: ['science'] }, false],
    [{ only: ['science'], never: [] }, true],
    [{ only: ['arts'], never: [] }, false],
    [{ only: [], never: [] }, false],
    [{ only: ['science'], never: ['science'] }, false],
  ] as const)('[N1] causes %j take science: %s; requesters likewise', (allowed, isTaken) => {
    const wanted = isTaken ? [] : [{ condition: 'cause', cause: 'science' }]
    const causes = { ...allowed, never: [...allowed.never] }
    expect(
      found(
        {},
        { causes: 'only' in allowed ? { ...causes, only: [...allowed.only] } : { never: causes.never } },
      ),
    ).toEqual(wanted)
    const requesters = {
      never: allowed.never.map((cause) => `0x${cause}` as const),
      ...('only' in allowed ? { only: allowed.only.map((cause) => `0x${cause}` as const) } : {}),
    }
    expect(found({ requester: '0xscience' }, { requesters })).toEqual(
      isTaken ? [] : [{ condition: 'requester' }],
    )
  })

  test('[N1] a pool is entered by its invitation, which its name does not tell', () => {
    const pool = poolIdOf('open sesame')
    expect(found({ pool }, {})).toEqual([{ condition: 'pool' }])
    expect(found({ pool }, { pools: [pool] })).toEqual([{ condition: 'pool' }])
    expect(found({ pool }, { pools: ['another', 'open sesame'] })).toEqual([])
    expect(found({}, { pools: ['open sesame'] })).toEqual([])
  })

  test('[N1] one unit must be done before the deadline', () => {
    expect(found({ deadlineMs: nowMs + 1_000 }, {}, 1_000)).toEqual([])
    expect(found({ deadlineMs: nowMs + 999 }, {}, 1_000)).toEqual([
      { condition: 'deadline', has: 999, needs: 1_000 },
    ])
    expect(found({ deadlineMs: nowMs - 5 }, {}, 1_000)).toEqual([
      { condition: 'deadline', has: 0, needs: 1_000 },
    ])
  })

  test('[N1] a device that was seen not to run the kernel', () => {
    const bid = bidOf({}, { unable: new Set([id] as const) })
    expect(mismatchesOf(bid, { id, offer: anOffer() }, 1, nowMs)).toEqual([{ condition: 'kernel' }])
  })

  test('[N1] an hour of its GPU earns what a provider asks, or it gets no unit', () => {
    const offer = anOffer({ minimumWeiPerHour: 1_800n })
    const mismatches = (payWei: bigint) => mismatchesOf(bidOf({}, { payWei }), { id, offer }, 2_000, nowMs)
    expect(mismatches(1n)).toEqual([])
    expect(mismatches(0n)).toEqual([{ condition: 'price', offeredWeiPerHour: 0n, askedWeiPerHour: 1_800n }])
    const asking = anOffer({ minimumWeiPerHour: 1_801n })
    expect(mismatchesOf(bidOf({}, { payWei: 1n }), { id, offer: asking }, 2_000, nowMs)).toEqual([
      { condition: 'price', offeredWeiPerHour: 1_800n, askedWeiPerHour: 1_801n },
    ])
  })

  test('[N1] prices are exact: a wei less than what is asked is too little', () => {
    const amounts = fc.tuple(fc.bigInt(1n, 10n ** 30n), fc.double({ min: 0.001, max: 3.6e6, noNaN: true }))
    fc.assert(
      fc.property(amounts, ([minimumWeiPerHour, unitMs]) => {
        const bidder = { id, offer: anOffer({ minimumWeiPerHour }) } as const
        const payWei = payForHourly(minimumWeiPerHour, unitMs)
        expect(matches(bidOf({}, { payWei }), bidder, unitMs, nowMs)).toBe(true)
        expect(matches(bidOf({}, { payWei: payWei - 1n }), bidder, unitMs, nowMs)).toBe(false)
      }),
    )
  })

  test('[N2] what rejects and what explains are one: whatever matches has no mismatch, and the other way round', () => {
    const bids = fc.record({
      features: fc.subarray(['shader-f16', 'subgroups']),
      memoryBytes: fc.nat(2 ** 21),
      gflopsMin: fc.nat(3),
      cause: fc.constantFrom('science', 'arts'),
      dataBytes: fc.nat(3),
      deadlineMs: fc.option(fc.integer({ min: nowMs, max: nowMs + 4 }), { nil: undefined }),
    }) satisfies fc.Arbitrary<Partial<Needs>>
    const offers = fc.record({
      features: fc.subarray(['shader-f16', 'subgroups']),
      memoryMiB: fc.integer({ min: 1, max: 2 }),
      speed: fc.nat(3).map((gflops) => ({ ...anOffer().speed, gflops })),
      causes: fc.constantFrom({ never: [] }, { never: ['arts' as const] }),
      minimumWeiPerHour: fc.bigInt(0n, 3_600_000n),
      dataBytesMax: fc.option(fc.nat(3), { nil: undefined }),
    }) satisfies fc.Arbitrary<Partial<Offer>>
    let matched = 0
    fc.assert(
      fc.property(bids, offers, fc.bigInt(0n, 3n), fc.nat(3), (needs, offer, payWei, forecastMs) => {
        const bidder = { id, offer: anOffer(offer) } as const
        const bid = bidOf(needs, { payWei })
        const isMatch = matches(bid, bidder, forecastMs, nowMs)
        expect(mismatchesOf(bid, bidder, forecastMs, nowMs).length === 0).toBe(isMatch)
        if (isMatch) matched += 1
      }),
      { numRuns: 2_000 },
    )
    expect(matched).toBeGreaterThan(20)
  })
})
