import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import type { FailingCondition, SuggestedChange, WaitingView } from '#protocol/waiting.ts'
import { waitingReasons, waitingViewSchema } from '#protocol/waiting.ts'
import { toJson } from '#protocol/frames.ts'
import { parseMask } from '#protocol/money.ts'
import { bytesText, longTimeText, maskRange, roundMask } from '#client/command/amount-text.ts'
import { waitingText } from '#client/command/waiting-text.ts'

const url = 'http://mask.example'
const id = `0x${'11'.repeat(32)}` as const
const mask = (text: string) => parseMask(text) ?? 0n

const still: WaitingView = {
  ...{ reason: 'nobodyMatches', providersOnline: 3, matching: 0, free: 0, needed: 1 },
  ...{ failing: [], suggestions: [] },
}
const textOf = (changes: Partial<WaitingView>) => waitingText({ id, waiting: { ...still, ...changes } }, url)
const failed = { providers: 2, only: 1 }

describe('[R31] why a job waits', () => {
  test('says who fails what, and what change would match how many', () => {
    const text = textOf({
      failing: [
        { condition: 'price', paysWeiPerHour: mask('0.36'), asksWeiPerHour: mask('0.37'), ...failed },
        { condition: 'feature', feature: 'shader-f16', providers: 1, only: 1 },
      ],
      suggestions: [{ change: { kind: 'price', perUnitWei: mask('0.0021') }, matches: 2 }],
    })
    expect(text).toBe(
      '0 of 3 providers match: 2 ask for more than 0.36 MASK per GPU-hour (0.0021 per unit would match 2), 1 lacks shader-f16',
    )
  })

  test.each<[reason: WaitingView['reason'], changes: Partial<WaitingView>, text: string]>([
    ['noProviders', { providersOnline: 0 }, `Nobody lends a GPU now: open ${url} in a browser with WebGPU.`],
    [
      'tooFewMatch',
      { providersOnline: 1, matching: 1, needed: 2 },
      `1 of 1 provider matches, 2 are needed to check each other: open ${url} in a browser with WebGPU.`,
    ],
    ['allBusy', { matching: 2 }, '2 of 3 providers match, and nobody of them has room for more now.'],
    ['paused', {}, `Paused by its requester; go on with: mask resume ${id}`],
  ])('%s', (reason, changes, text) => {
    expect(textOf({ reason, ...changes })).toBe(text)
  })

  test('every reason has words, but for funds that are awaited while enough match', () => {
    for (const reason of waitingReasons) expect(textOf({ reason })).toMatch(/\w{3}/)
    expect(textOf({ reason: 'awaitingFunds', matching: 1 })).toBeUndefined()
    expect(waitingText({ id, waiting: null }, url)).toBeUndefined()
  })

  const conditions: [FailingCondition, SuggestedChange | undefined, text: string][] = [
    [
      { condition: 'limit', limit: 'maxBufferSize', needed: 200, best: 100, ...failed },
      { kind: 'limit', limit: 'maxBufferSize', value: 100 },
      '2 have too small a maxBufferSize (100 at most, 200 needed) (100 would match 5)',
    ],
    [
      { condition: 'memory', neededBytes: 2 ** 30, bestBytes: 2 ** 29, ...failed },
      { kind: 'memory', bytes: 2 ** 29 },
      '2 give too little memory (512 MiB at most, 1 GiB needed) (512 MiB would match 5)',
    ],
    [
      { condition: 'speed', neededGflops: 100, bestGflops: 20, ...failed },
      { kind: 'speed', gflops: 20 },
      '2 are too slow (20 GFLOP/s at most, 100 needed) (20 GFLOP/s would match 5)',
    ],
    [{ condition: 'cause', cause: 'ml', ...failed }, undefined, '2 do not work for ml'],
    [{ condition: 'requester', ...failed }, undefined, '2 do not work for you'],
    [
      { condition: 'data', neededBytes: 3000, bestBytes: 0, ...failed },
      { kind: 'data', bytes: 1000 },
      '2 will not download 2.93 KiB today (1000 bytes would match 5)',
    ],
    [
      { condition: 'pool', ...failed },
      { kind: 'pool' },
      '2 are not invited to its pool (a job without a pool would match 5)',
    ],
    [
      { condition: 'deadline', deadlineMs: 0, ...failed },
      { kind: 'deadline', deadlineMs: 86_400_000 },
      '2 would not finish a unit by 1970-01-01T00:00:00Z (1970-01-02T00:00:00Z would match 5)',
    ],
    [{ condition: 'kernel', ...failed }, undefined, '2 could not run its kernel'],
  ]
  test.each(conditions)('%j', (failing, change, text) => {
    const suggestions = change ? [{ change, matches: 5 }] : []
    expect(textOf({ failing: [failing], suggestions })).toBe(`0 of 3 providers match: ${text}`)
    // What is said of one condition is not said of another.
    const other: FailingCondition = { condition: 'feature', feature: 'subgroups', ...failed }
    expect(textOf({ failing: [other], suggestions })).toBe('0 of 3 providers match: 2 lack subgroups')
  })

  test('of several prices the least that wins enough, else the one that wins most', () => {
    const failing: FailingCondition[] = [
      { condition: 'price', paysWeiPerHour: mask('1'), asksWeiPerHour: mask('2'), providers: 9, only: 9 },
    ]
    const prices = [
      ['0.5', 9],
      ['0.3', 4],
      ['0.2', 1],
    ] as const
    const suggestions = prices.map(([price, matches]) => {
      return { change: { kind: 'price', perUnitWei: mask(price) } as const, matches }
    })
    expect(textOf({ failing, suggestions, needed: 2 })).toContain('(0.3 per unit would match 4)')
    expect(textOf({ failing, suggestions, needed: 10 })).toContain('(0.5 per unit would match 9)')
  })

  test('a long list is cut', () => {
    const failing = ['a', 'b', 'c', 'd', 'e'].map((feature): FailingCondition => {
      return { condition: 'feature', feature, ...failed }
    })
    expect(textOf({ failing })).toMatch(/2 lack d, …$/)
  })

  test('travels as JSON and comes back the same', () => {
    for (const [failing, change] of conditions) {
      const suggestions = change ? [{ change, matches: 5 }] : []
      const waiting = { ...still, failing: [failing], suggestions }
      expect(v.parse(waitingViewSchema, JSON.parse(toJson(waiting)))).toEqual(waiting)
    }
  })
})

describe('amounts for people', () => {
  test.each([
    [1n, 'up', '0.000000000000000001'],
    [12_345n, 'up', '0.00000000000001235'],
    [12_345n, 'down', '0.00000000000001234'],
    [99_999n, 'up', '0.0000000000001'],
    [mask('1234.5'), 'down', '1234'],
  ] as const)('%i wei rounded %s', (wei, direction, text) => {
    expect(roundMask(wei, direction)).toBe(text)
  })

  test('cost is a range where checks are drawn', () => {
    expect(maskRange(mask('1'), mask('2'))).toBe('1 to 2 MASK')
    expect(maskRange(mask('2'), mask('2'))).toBe('at most 2 MASK')
  })

  test('sizes and times', () => {
    expect([0, 1023, 1024, 2 ** 20, 1.5 * 2 ** 30].map(bytesText)).toEqual([
      ...['0 bytes', '1020 bytes', '1 KiB', '1 MiB', '1.5 GiB'],
    ])
    expect([1_000, 119_000, 120_000, 7_200_000, 90_000_000].map(longTimeText)).toEqual([
      ...['1 s', '119 s', '2 min', '2 h', '25 h'],
    ])
  })
})
