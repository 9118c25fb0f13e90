import { expect, test } from 'vitest'
import { withBlockedRequesters, withCause, withDataCap, withMinimum, withPools } from '#web/app/offer-form.ts'
import { usualSettings } from '#web/core/offer.ts'

const only = { ...usualSettings, causes: { only: ['science' as const], never: [] } }

test.each([
  ['', 0n],
  [' 0.5 ', 500_000_000_000_000_000n],
  ['12', 12_000_000_000_000_000_000n],
])('a lowest pay of “%s” is %s wei', (text, minimumWeiPerHour) => {
  expect(withMinimum(usualSettings, text)).toEqual({ settings: { ...usualSettings, minimumWeiPerHour } })
})

test.each(['-1', '1e3', '1,5', 'much', '１'])('“%s” is no amount', (text) => {
  expect(withMinimum(usualSettings, text)).toEqual({ strange: [text] })
})

test('a data cap is whole MiB, or nothing for none', () => {
  const capped = { ...usualSettings, dataMiBPerDay: 500 }
  expect(withDataCap(usualSettings, ' 500 ')).toEqual({ settings: capped })
  expect(withDataCap(capped, '')).toEqual({ settings: usualSettings })
  for (const text of ['0', '0.5', '1000001', '-3', 'all'])
    expect(withDataCap(capped, text)).toEqual({ strange: [text] })
})

test('causes keep their own order, and what else was wanted of them stays', () => {
  const blocked = withCause(withCause(only, 'other', true), 'arts', true)
  expect(blocked.causes).toEqual({ only: ['science'], never: ['arts', 'other'] })
  expect(withCause(blocked, 'other', false).causes.never).toEqual(['arts'])
  expect(withCause(blocked, 'arts', true)).toEqual(blocked)
})

test('a list with one strange word changes nothing', () => {
  const address = `0x${'c'.repeat(40)}`
  expect(withBlockedRequesters(usualSettings, `${address} you`)).toEqual({ strange: ['you'] })
  expect(withPools(usualSettings, 'friends 友だち')).toEqual({ strange: ['友だち'] })
  expect(withPools(usualSettings, 'friends')).toEqual({ settings: { ...usualSettings, pools: ['friends'] } })
})
