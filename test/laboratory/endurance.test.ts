import { describe, expect, test } from 'vitest'
import type { Event } from '#coordinator/core/events.ts'
import type { State } from '#coordinator/core/state.ts'
import { cosineOfTurn, exponential, logNormal, naturalLogarithm } from '#test/simulation/log-normal.ts'
import { Random } from '#test/simulation/random.ts'
import { TraceDigest } from '#test/simulation/trace-digest.ts'
import { endurance } from './endurance.ts'
import { Network } from './endurance/network.ts'
import type { PlantedBug } from './endurance/network-options.ts'

const small = { slots: 30, troubleHours: 3 }

describe('endurance', () => {
  test('networks in trouble come to their end, and no invariant is broken on the way', () => {
    const report = endurance({ seed: 1, hours: 300, ...small, stepsPerFullCheck: 100 })
    expect(report.firstViolation).toBeNull()
    expect(report.invariantViolations).toBe(0)
    expect(report.providerHours).toBeGreaterThanOrEqual(300)
  })

  test('[S1] a seed gives the same trace again, and another seed another', () => {
    const digestOf = (seed: number) => {
      const trace = new TraceDigest()
      new Network({ seed, slots: 20, troubleHours: 1, trace }).run()
      return trace.end()
    }
    expect(digestOf(1)).toBe(digestOf(1))
    expect(digestOf(1)).not.toBe(digestOf(2))
  })
})

describe('what a step has touched is checked after it: planted mistakes are seen at once', () => {
  const bugs: Record<string, { readonly expected: RegExp; readonly bug: PlantedBug }> = {
    'pay that is counted twice': {
      expected: /\[M3\]/,
      bug: onReveal((state, provider) => {
        const account = state.accounts.get(provider)
        if (account) account.earnedWei += 1n
      }),
    },
    'a charge that nobody has earned': {
      expected: /\[M1\]/,
      bug: onReveal((state) => {
        for (const job of state.jobs.values()) job.chargedWei += 1n
      }),
    },
    'pending pay that is forgotten': {
      expected: /\[X6\]/,
      bug: onReveal((state, provider) => {
        const account = state.accounts.get(provider)
        if (account) account.pendingWei = 0n
      }),
    },
    'a lease that its holder no longer has': {
      expected: /\[L2\]/,
      bug: onReveal((state, provider) => {
        state.providers.get(provider)?.held.clear()
      }),
    },
    'a unit that may be given to one who has voted on it': {
      expected: /\[Q2\]/,
      bug: onReveal((state, provider) => {
        for (const job of state.jobs.values())
          for (const unit of job.open.values()) unit.barred.delete(provider)
      }),
    },
    'a unit that wants a vote and is not on the list': {
      expected: /\[J5\]/,
      bug: (state, event) => {
        if (event.kind === 'sessionEnded') for (const job of state.jobs.values()) job.wanting.clear()
      },
    },
    'a decided unit that is counted twice': {
      expected: /\[J[13]\]/,
      bug: onReveal((state) => {
        for (const job of state.jobs.values()) job.counts.accepted += 1
      }),
    },
  }

  test.each(Object.entries(bugs))('%s', (_name, { expected, bug }) => {
    const network = new Network({ seed: 1, ...small, stepsPerFullCheck: Infinity, plantedBug: bug })
    expect(() => {
      network.run()
    }).toThrow(expected)
    // The walk over the whole state was made at the start alone.
    expect(network.fullChecks).toBe(1)
  })
})

/** A mistake that is made whenever a provider's result is revealed. */
function onReveal(bug: (state: State, provider: `0x${string}`) => void): PlantedBug {
  return (state: State, event: Event) => {
    if (event.kind !== 'resultRevealed') return
    const provider = state.sessions.get(event.session)
    if (provider !== undefined) bug(state, provider)
  }
}

describe('log-normal numbers that have the same bits on every machine', () => {
  test('exponential, logarithm and cosine are what they are elsewhere', () => {
    for (let x = -20; x <= 20; x += 0.37) {
      expect(exponential(x) / Math.exp(x)).toBeCloseTo(1, 12)
      expect(naturalLogarithm(Math.exp(x))).toBeCloseTo(x, 12)
    }
    for (let x = 0; x <= 1; x += 0.01) expect(cosineOfTurn(x)).toBeCloseTo(Math.cos(2 * Math.PI * x), 12)
  })

  test('half are below the median, and the logarithms deviate by sigma', () => {
    const random = new Random(1)
    const logarithms = Array.from({ length: 20_000 }, () => Math.log(logNormal(random, 5, 0.7) / 5))
    const mean = logarithms.reduce((sum, x) => sum + x, 0) / logarithms.length
    const variance = logarithms.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logarithms.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.sqrt(variance)).toBeCloseTo(0.7, 1)
  })
})
