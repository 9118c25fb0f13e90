import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMask } from '#protocol/money.ts'
import { formatAmount, formatCount, formatWait, shortAddress } from '#web/app/number-format.ts'

describe('amounts', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000000000000001'],
    [2_000_000_000_000_000n, '0.002'],
    [10n ** 18n, '1'],
    [1_234_567n * 10n ** 18n + 5n, '1,234,567.000000000000000005'],
    [
      2n ** 256n - 1n,
      '115,792,089,237,316,195,423,570,985,008,687,907,853,269,984,665,640,564,039,457.584007913129639935',
    ],
  ])('%s wei are %s MASK', (wei, text) => {
    expect(formatAmount('en', wei)).toBe(text)
    expect(formatAmount('ja', wei)).toBe(text)
  })

  it('[U4] lose no wei, however many there are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 47n }), (wei) => {
        expect(parseMask(formatAmount('en', wei).replaceAll(',', ''))).toBe(wei)
      }),
    )
  })
})

describe('other numbers', () => {
  it('count with separators', () => {
    expect(formatCount('ja', 1_234_567)).toBe('1,234,567')
  })

  it.each([
    [0, '1 second', '1 秒'],
    [4_001, '5 seconds', '5 秒'],
    [89_000, '89 seconds', '89 秒'],
    [90_000, '2 minutes', '2 分'],
    [600_000, '10 minutes', '10 分'],
  ])('%s ms are a wait of %s', (durationMs, english, japanese) => {
    expect(formatWait('en', durationMs)).toBe(english)
    expect(formatWait('ja', durationMs)).toBe(japanese)
  })

  it('shorten an address but keep both ends', () => {
    expect(shortAddress('0x71c7656ec7ab88b098defb751b7401b5f6d8976f')).toBe('0x71c7…976f')
    expect(shortAddress('0x71c7')).toBe('0x71c7')
  })
})
