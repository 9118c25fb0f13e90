import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instantMsOf } from '#protocol/instant.ts'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { needsOf } from '#protocol/needs.ts'
import { poolIdOf } from '#protocol/pools.ts'
import { aManifestJson } from './a-manifest.ts'

const requester = `0x${'ab'.repeat(20)}` as const
const needsWith = (changes: Record<string, unknown>) =>
  needsOf(requireComplete(parseManifest(aManifestJson(changes))), requester, 1_000)

describe('[P10] the needs of a job', () => {
  test('are what its manifest says', () => {
    const pool = poolIdOf('river stones')
    const needs = needsWith({
      deadline: '2031-05-01T18:00:30.5+02:00',
      pool,
      requires: { gflops: 2.5, memoryMiB: 3 },
      units: { range: [0, 10], granule: 4, targetMs: 1_500 },
    })
    expect(needs).toMatchObject({
      deadlineMs: Date.UTC(2031, 4, 1, 16, 0, 30, 500),
      pool,
      gflopsMin: 2.5,
      memoryBytes: 3 * 1024 * 1024,
      targetMs: 1_500,
      cause: 'science',
      requester,
      dataBytes: 1_000,
    })
  })

  test('are few where it says nothing', () => {
    expect(needsWith({})).toMatchObject({
      deadlineMs: undefined,
      pool: undefined,
      targetMs: undefined,
      gflopsMin: 0,
    })
  })
})

test('the name of a pool is SHA-256 of "mask/pool/" and its invitation', () => {
  // sha256sum of the text, taken outside of this program.
  expect(poolIdOf('river stones')).toBe('0xffecb0a571c339f1da5e7429f36cdc227eeebcea35cf2de76f77bbbc50e10cf6')
})

describe('an instant', () => {
  test('is the one that the engine says, for every day and offset', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('1600-01-01T00:00Z'),
          max: new Date('3000-12-31T00:00Z'),
          noInvalidDate: true,
        }),
        fc.constantFrom('Z', '+00:00', '+05:45', '-11:00'),
        (date, offset) => {
          const text = date.toISOString().replace('Z', offset)
          expect(instantMsOf(text)).toBe(Date.parse(text))
        },
      ),
    )
  })

  test.each([
    ['2031-05-01T18:00Z', Date.UTC(2031, 4, 1, 18)],
    ['2031-05-01T18:00:59-09:30', Date.UTC(2031, 4, 2, 3, 30, 59)],
    ['2028-02-29T00:00+00:00', Date.UTC(2028, 1, 29)],
  ])('%s', (text, ms) => {
    expect(instantMsOf(text)).toBe(ms)
  })

  test.each([
    ['a date alone', '2031-05-01'],
    ['no offset', '2031-05-01T18:00'],
    ['the 30th of February', '2031-02-30T00:00Z'],
    ['the 29th of a February that has none', '2031-02-29T00:00Z'],
    ['the 13th month', '2031-13-01T00:00Z'],
    ['the 25th hour', '2031-05-01T25:00Z'],
    ['an offset of two days', '2031-05-01T18:00+48:00'],
    ['words', 'tomorrow'],
  ])('%s is none', (_what, text) => {
    expect(instantMsOf(text)).toBeUndefined()
  })
})
