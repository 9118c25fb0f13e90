import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkInvariants } from '#coordinator/core/invariants.ts'
import { recover } from '#coordinator/core/recover.ts'
import type { State } from '#coordinator/core/state.ts'
import { jobViewOf, providerSumsOf } from '#coordinator/core/views.ts'
import { withTerms } from '#coordinator/edge/store/store.ts'
import { aJob, durations, World } from './a-world.ts'
import { happenings, Play } from './random-events.ts'

const quorums = fc.integer({ min: 1, max: 3 })
const comparators = fc.constantFrom(
  { compare: 'exact' } as const,
  { compare: 'tolerance', atol: 1, rtol: 0, outliers: 0 } as const,
)
const termsOf = (quorum: number) => aJob({ unitCount: 4, quorum })

/** Every accepted unit was paid to `quorum` different providers; others were paid nothing. */
function checkLedger(world: World): void {
  const paid = new Map<number, string[]>()
  for (const { unit, provider } of world.ledger) paid.set(unit, [...(paid.get(unit) ?? []), provider])
  for (const [unit, providers] of paid) {
    expect(world.conditionOf(unit)).toBe('accepted')
    expect(new Set(providers).size).toBe(world.terms.plan.quorum)
    expect(providers).toHaveLength(world.terms.plan.quorum)
  }
  expect(paid.size).toBe(world.job.counts.accepted)
}

describe('any order of events', () => {
  test('[J1] [J3] [J4] [J5] [L1] [L2] [L7] [M1] [M2] [M3] [M4] [Q2] [Q5] [Y3] the invariants hold after each', () => {
    const seen = { accepted: 0, refused: 0, disputes: 0, settled: 0, linked: 0, moved: 0 }
    fc.assert(
      fc.property(happenings, quorums, comparators, (events, quorum, comparator) => {
        const world = new World({ terms: aJob({ unitCount: 4, quorum, comparator }), providers: 'ABC' })
        const play = new Play(world)
        for (const event of events) play.let(event)
        checkLedger(world)
        seen.accepted += world.job.counts.accepted
        seen.refused += world.job.refusedCount
        seen.disputes += world.job.disputeCount
        seen.settled += world.state.postedEpoch?.number ?? 0
        for (const { inEffect } of world.state.wallets.values()) seen.linked += inEffect.length
        if (world.earnedBy('V') + world.earnedBy('W') > 0n) seen.moved += 1
      }),
      { numRuns: 1_100 },
    )
    // Sequences that reach nothing would prove nothing.
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(50)
  })
})

/** What a restart must not change: all that was decided, owed or counted. */
function lasting(state: State) {
  return {
    jobs: [...state.jobs.values()].map((job) => {
      // Why it waits depends on who is online, and a restart ends every session.
      const { units, ...view } = { ...jobViewOf(state, job, 0), waiting: null }
      return {
        ...view,
        providers: view.providers.sort((a, b) => (a.id < b.id ? -1 : 1)),
        accepted: units.accepted,
        failed: units.failed,
      }
    }),
    accounts: [...state.accounts.keys()].sort().map((id) => providerSumsOf(state, id)),
    epoch: [state.epochNumber, state.postedEpoch],
    wallets: [...state.wallets].sort(([left], [right]) => (left < right ? -1 : 1)),
    relinks: [...state.relinks].sort(),
    linkedTo: [...state.linkedTo]
      .flatMap(([wallet, providers]) => [...providers].map((provider) => `${wallet} ${provider}`))
      .sort(),
  }
}

describe('recovery', () => {
  const recoverFrom = (world: World) =>
    recover(
      withTerms(world.store.loadNow(), () => world.terms),
      world.nowMs,
      { durations },
    )

  test('[D2] [D3] the state after a restart has all that was decided and owed, and its invariants hold', () => {
    fc.assert(
      fc.property(happenings, quorums, (events, quorum) => {
        const world = new World({ terms: termsOf(quorum), providers: 'ABC' })
        const play = new Play(world)
        for (const event of events) play.let(event)
        const { state } = recoverFrom(world)
        checkInvariants(state)
        expect(lasting(state)).toEqual(lasting(world.state))
        expect(state.providers.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test('[L4] a result committed before the restart counts after it', () => {
    const world = new World({ providers: 'AB' })
    const ofA = world.assignmentOf('A')
    world.commit('A', 1)
    world.deliver('B', 1)
    world.restart()
    world.join('A')
    world.reveal('A', 1, ofA)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.ledger).toHaveLength(2)
  })

  test('[Q2] a provider that voted before the restart does not get the unit again after it', () => {
    const world = new World({ providers: 'A' })
    world.deliver('A', 1)
    world.restart()
    const given = world.heard('A', 'assign').length
    world.join('A')
    expect(world.heard('A', 'assign')).toHaveLength(given)
  })

  test('[J4] attempts are numbered on, so that an old id never names a new attempt', () => {
    const world = new World({ providers: 'AB' })
    const before = Array.from('AB').map((name) => world.assignmentOf(name))
    world.restart()
    for (const name of 'CD') world.join(name)
    for (const name of 'CD') expect(before).not.toContain(world.assignmentOf(name))
  })

  test('[M7] an epoch prepared before the restart is sent again, the very same', () => {
    const world = new World({ providers: 'AB' })
    for (const name of 'AB') world.deliver(name, 1)
    world.wait(0)
    const before = world.effects.find((effect) => effect.kind === 'postEpoch')
    world.restart()
    world.wait(0)
    expect(before).toBeDefined()
    expect(world.effects.find((effect) => effect.kind === 'postEpoch')).toEqual(before)
  })

  test('[M7] claims that were not reported before the restart are sent again after it', () => {
    const world = new World({ providers: 'AB' })
    for (const name of 'AB') world.deliver(name, 1)
    world.wait(0)
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    const before = world.effects.find((effect) => effect.kind === 'pushClaims')
    world.restart()
    world.wait(0)
    expect(before).toBeDefined()
    expect(world.effects.find((effect) => effect.kind === 'pushClaims')).toEqual(before)
  })
})
