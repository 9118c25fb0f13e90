import { describe, expect, test } from 'vitest'
import type { Hex } from '#protocol/bytes.ts'
import { newJob } from '#coordinator/core/jobs.ts'
import { emptyState, type Job } from '#coordinator/core/state.ts'
import { addPending, checksMissing, passCheck, pendingOf } from '#coordinator/core/trust/earning.ts'
import { defaultPolicy } from '#coordinator/core/trust/policy.ts'
import { standingOf } from '#coordinator/core/trust/standings.ts'
import { aJob, providerOf } from '../core/a-world.ts'

const provider = providerOf('A')
const requester = (letter: string): Hex => `0x${letter.repeat(40)}`

/** A provider whose pending units need ten checks of their price. */
function aProvider() {
  const state = emptyState(undefined, { ...defaultPolicy, checksToEarn: 10 })
  const standing = standingOf(state, provider)
  const jobs = new Map<string, Job>()
  const jobOf = (letter: string) => {
    const job = jobs.get(letter) ?? newJob(aJob({ requester: requester(letter), quorum: 1 }), 0)
    jobs.set(letter, job)
    return job
  }
  let units = 0
  return {
    state,
    pend: (letter: string, payWei: bigint) => {
      addPending(
        standing,
        requester(letter),
        {
          job: jobOf(letter).terms.id,
          unit: units++,
          assignment: `a/${units}/0`,
          payWei,
          mark: standing.checks,
          attempts: 1,
          leasedAtMs: 0,
          commitment: '0x',
          resultDigest: '0x',
        },
        0,
      )
    },
    pass: (letter: string, weightWei: bigint, times = 1) => {
      let earned = 0
      for (let time = 0; time < times; time += 1)
        earned += passCheck(state, standing, jobOf(letter), weightWei, 0, []).length
      return earned
    },
    pending: () => [...pendingOf(standing)].length,
    missing: (letter: string, payWei: bigint) => checksMissing(state, provider, requester(letter), payWei),
  }
}

describe('[X6] a pending unit is earned by checks of its own price, passed since', () => {
  test('[F3] ten checks of its price, not nine; those before it became pending do not count', () => {
    const { pend, pass, pending } = aProvider()
    expect(pass('a', 100n, 50)).toBe(0)
    pend('a', 100n)
    expect(pass('a', 100n, 9)).toBe(0)
    expect(pending()).toBe(1)
    expect(pass('a', 100n)).toBe(1)
    expect(pending()).toBe(0)
  })

  test('[F15] cheap checks buy no trust for dear work', () => {
    const { pend, pass } = aProvider()
    pend('a', 1_000n)
    expect(pass('a', 1n, 1_000)).toBe(0)
    expect(pass('a', 1_000n, 9)).toBe(1)
  })

  test('[F15] checks that one other requester pays for count for a quarter at most', () => {
    const { pend, pass } = aProvider()
    pend('a', 100n)
    expect(pass('b', 1_000_000n, 5)).toBe(0)
    expect(pass('c', 1_000_000n, 5)).toBe(0)
    expect(pass('a', 100n, 4)).toBe(0)
    expect(pass('a', 100n)).toBe(1)
  })

  test('units are earned in the order in which they became pending, each by the checks since its own', () => {
    const { pend, pass } = aProvider()
    pend('a', 100n)
    pass('a', 100n, 6)
    pend('a', 100n)
    expect(pass('a', 100n, 4)).toBe(1)
    expect(pass('a', 100n, 5)).toBe(0)
    expect(pass('a', 100n)).toBe(1)
  })

  test('old checks are forgotten without changing what is earned', () => {
    const { pend, pass, pending } = aProvider()
    for (let unit = 0; unit < 20_000; unit += 1) {
      pend('a', 100n)
      pass('a', 100n)
    }
    expect(pending()).toBe(9)
  })

  test('what an identity still lacks is judged by its whole life', () => {
    const { pass, missing } = aProvider()
    expect(missing('a', 100n)).toBe(10)
    pass('a', 100n, 4)
    expect(missing('a', 100n)).toBe(6)
    pass('b', 100n, 4)
    expect(missing('a', 100n)).toBe(4)
    pass('a', 100n, 10)
    expect(missing('a', 100n)).toBe(0)
  })
})
