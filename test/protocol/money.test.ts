import fc from 'fast-check'
import { formatEther, parseEther } from 'viem'
import { expect, test } from 'vitest'
import { formatMask, parseMask } from '#protocol/money.ts'

const sums = fc.bigInt({ min: 0n, max: 2n ** 126n })

test('[P4] what is printed is parsed to the same wei, and viem prints the same', () => {
  fc.assert(
    fc.property(sums, (wei) => {
      expect(parseMask(formatMask(wei))).toBe(wei)
      expect(formatMask(wei)).toBe(formatEther(wei))
      expect(formatMask(-wei)).toBe(formatEther(-wei))
    }),
  )
})

test('[P4] every well-formed amount is parsed as viem does', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{1,30}(\.\d{1,18})?$/), (text) => {
      expect(parseMask(text)).toBe(parseEther(text))
    }),
  )
})

test.each([
  ['0', 0n],
  ['0.000000000000000001', 1n],
  ['0.002', 2_000_000_000_000_000n],
  ['1000000000000', 10n ** 30n],
])('[P4] %s MASK is %d wei', (text, wei) => {
  expect(parseMask(text)).toBe(wei)
})

test.each([
  '',
  '.',
  '1.',
  '.5',
  '-1',
  '+1',
  '1e3',
  '1,5',
  ' 1',
  '1\n',
  '0x1',
  '１',
  'NaN',
  '1.0000000000000000001',
  '1'.repeat(31),
])('[P4] %j is no amount', (text) => {
  expect(parseMask(text)).toBeUndefined()
})
