import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { encodeFrames, toJson } from '#protocol/frames.ts'
import { limits } from '#protocol/limits.ts'
import { offerSchema } from '#protocol/offer.ts'
import { requirableFeatures, requirableLimits } from '#protocol/device-needs.ts'
import { anOffer } from '#test/network/an-offer.ts'
import {
  addressesIn,
  bytesLeft,
  offerOf,
  poolsIn,
  poolsMax,
  readSettings,
  speedClassOf,
  usualSettings,
  withBytes,
} from '#web/core/offer.ts'

const { features, limits: deviceLimits, memoryMiB, speed, numericClass } = anOffer()
const device = { features, limits: deviceLimits, memoryMiB, speed, numericClass }
const mebibyte = 1024 * 1024
const address = (digit: string) => `0x${digit.repeat(40)}` as const

describe('an offer', () => {
  test('of the usual settings takes any job at any price', () => {
    expect(offerOf(usualSettings, device, 10 ** 12)).toEqual(anOffer())
  })

  test('[W39] states what is left of the day’s cap in steps of a twentieth, and never more than is left', () => {
    const settings = { ...usualSettings, dataMiBPerDay: 100 }
    const stated = (bytes: number) => offerOf(settings, device, bytes).dataBytesMax
    expect([0, 1, 5 * mebibyte, 5 * mebibyte + 1].map(stated)).toEqual(
      [100, 95, 95, 90].map((left) => left * mebibyte),
    )
    expect([100 * mebibyte, 101 * mebibyte].map(stated)).toEqual([0, 0])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(2 ** 42), (dataMiBPerDay, bytes) => {
        const some = { ...usualSettings, dataMiBPerDay }
        const left = offerOf(some, device, bytes).dataBytesMax ?? NaN
        expect(left).toBeLessThanOrEqual(bytesLeft(some, bytes))
        expect(left).toBeGreaterThanOrEqual(0)
        expect(Number.isInteger(left)).toBe(true)
      }),
    )
  })

  test('of the longest lists is understood by the coordinator and fits into a greeting', () => {
    const many = (count: number, make: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => make(index))
    const requesters = addressesIn(
      many(limits.offerListMax, (index) => `0x${String(index).padStart(40, '0')}`).join('\n'),
    )
    const { pools } = poolsIn(many(poolsMax, (index) => `"\\${String(index).padStart(98, '"')}`).join(' '))
    const settings = {
      ...usualSettings,
      requesters: { only: [...requesters.addresses], never: [...requesters.addresses] },
      pools,
    }
    const offer = offerOf(
      { ...settings, minimumWeiPerHour: 10n ** 48n, dataMiBPerDay: 1 },
      {
        ...device,
        features: [...requirableFeatures],
        limits: Object.fromEntries(requirableLimits.map((name) => [name, 2 ** 53])),
      },
      0,
    )
    expect(pools).toHaveLength(poolsMax)
    expect(v.parse(offerSchema, JSON.parse(toJson(offer)))).toEqual(offer)
    expect(() => encodeFrames({ type: 'greet', offer, signature: '0x'.padEnd(132, '1') })).not.toThrow()
  })
})

describe('settings that were kept', () => {
  test('are read again as they were', () => {
    const settings = {
      minimumWeiPerHour: 3n,
      causes: { only: ['science' as const], never: ['other' as const] },
      requesters: { never: [address('a')] },
      dataMiBPerDay: 5,
      pools: ['friends'],
    }
    for (const some of [settings, usualSettings]) expect(readSettings(structuredClone(some))).toEqual(some)
  })

  test.each([
    ['nothing', undefined],
    ['a price below nothing', { ...usualSettings, minimumWeiPerHour: -1n }],
    ['an unknown cause', { ...usualSettings, causes: { never: ['war'] } }],
    ['half a mebibyte', { ...usualSettings, dataMiBPerDay: 0.5 }],
    ['an invitation that is no text', { ...usualSettings, pools: [7] }],
    ['a key too many', { ...usualSettings, colour: 'red' }],
  ])('are not read where they cannot be understood: %s', (_what, stored) => {
    expect(readSettings(stored)).toBeUndefined()
  })
})

describe('what people type', () => {
  test('addresses are found among spaces and commas, once each, in lower case; the rest is named', () => {
    const text = ` ${address('A').replace('0X', '0x')},\n${address('a')}、 hello 0x12 `
    expect(addressesIn(text)).toEqual({ addresses: [address('a')], strange: ['hello', '0x12'] })
    expect(addressesIn('')).toEqual({ addresses: [], strange: [] })
  })

  test('more than a list may hold is not taken silently', () => {
    const all = Array.from(
      { length: limits.offerListMax + 2 },
      (_, index) => `0x${String(index).padStart(40, '0')}`,
    )
    expect(addressesIn(all.join(' ')).strange).toEqual(all.slice(limits.offerListMax))
    const invitations = Array.from({ length: poolsMax + 1 }, (_, index) => `pool-${index}`)
    expect(poolsIn(invitations.join('\n'))).toEqual({
      pools: invitations.slice(0, poolsMax),
      strange: [`pool-${poolsMax}`],
    })
  })

  test('an invitation is visible ASCII of at most a hundred characters', () => {
    expect(poolsIn(`friends ${'x'.repeat(101)} 友だち`).strange).toEqual(['x'.repeat(101), '友だち'])
  })
})

test('bytes of another day do not count', () => {
  const monday = withBytes({ day: 'monday', bytes: 5 }, 'monday', 7)
  expect(monday).toEqual({ day: 'monday', bytes: 12 })
  expect(withBytes(monday, 'tuesday', 1)).toEqual({ day: 'tuesday', bytes: 1 })
})

test('a processor is not called a GPU, and classes rise with speed', () => {
  const classes = [3, 200, 2_000, 10_000, 60_000].map((gflops) => speedClassOf({ ...speed, gflops }))
  expect(classes).toEqual(['processor', 'small', 'medium', 'fast', 'veryFast'])
})
