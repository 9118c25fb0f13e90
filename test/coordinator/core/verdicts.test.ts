import { describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { jobViewOf } from '#coordinator/core/views.ts'
import { aJob, providerOf, resultOf, durations, World } from './a-world.ts'

const tolerance = { compare: 'tolerance', atol: 1, rtol: 0, outliers: 0 } as const

describe('verdicts', () => {
  test('[Q1] [M1] two results that agree: accepted, charged once, each paid its half', () => {
    const world = new World({ providers: 'ABC' })
    for (const name of 'AB') world.deliver(name, 1)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.job).toMatchObject({
      chargedWei: 10n,
      phase: 'finished',
      assignmentCount: 2,
      disputeCount: 0,
    })
    expect([world.earnedBy('A'), world.earnedBy('B'), world.earnedBy('C')]).toEqual([5n, 5n, 0n])
    for (const name of 'AB') {
      expect(world.verdictOf(name)).toMatchObject({ outcome: 'accepted' })
      expect(world.heard(name, 'account').at(-1)).toMatchObject({ accepted: 1, earnedWei: 5n })
    }
  })

  test('[Q2] one vote a provider: the same one is not given a unit it has voted on', () => {
    const world = new World({ providers: 'A' })
    world.deliver('A', 1)
    world.leave('A')
    world.join('A')
    expect(world.heard('A', 'assign')).toHaveLength(1)
    expect(world.conditionOf()).toBe('committed')
  })

  test('[Q4] two that disagree wait for a third, who decides; the liar is refused, unpaid and told', () => {
    const world = new World({ providers: 'ABC' })
    world.deliver('A', 1)
    world.deliver('B', 2)
    expect(world.conditionOf()).toBe('disputed')
    expect(world.job.disputeCount).toBe(1)
    world.deliver('C', 1)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'refused', reason: 'resultDisagrees' })
    expect([world.earnedBy('A'), world.earnedBy('B'), world.earnedBy('C')]).toEqual([5n, 0n, 5n])
    expect(world.job).toMatchObject({ chargedWei: 10n, refusedCount: 1, disputeCount: 1 })
  })

  test('[Q4] a provider whose result was refused for itself does not get the unit again', () => {
    const world = new World({ providers: 'A' })
    world.commit('A', 1)
    world.reveal('A', 2)
    world.wait(1_000)
    expect(world.heard('A', 'assign')).toHaveLength(1)
  })

  test('[Q4] an older attempt of a refused provider cannot become its vote', () => {
    const world = new World({ providers: 'A' })
    const older = world.assignmentOf('A')
    world.leave('A')
    world.join('A')
    world.commit('A', 1)
    world.reveal('A', 2)
    world.commit('A', 1, older)
    expect(world.refusal).toBe('leaseExpired')
  })

  test('[Q3] eight results and no quorum: the unit fails, said explicitly and free of charge', () => {
    const names = 'ABCDEFGH'
    const world = new World({ providers: names })
    Array.from(names).forEach((name, index) => {
      expect(world.conditionOf()).not.toBe('failed')
      world.deliver(name, index)
    })
    expect(names).toHaveLength(limits.resultsPerUnitMax)
    expect(world.conditionOf()).toBe('failed')
    expect(world.job).toMatchObject({ phase: 'finished', chargedWei: 0n, refusedCount: 8 })
    for (const name of names) expect(world.verdictOf(name)).toMatchObject({ outcome: 'refused' })
  })

  test('[Q3] 64 assignments and nobody at work on it: failed, and not one before', () => {
    const world = new World({ providers: 'A' })
    const fail = () => {
      world.handBack('A', 'deviceLost')
      world.wait(durations.coolDownMs)
    }
    for (let attempt = 1; attempt < limits.attemptsPerUnitMax; attempt += 1) fail()
    expect(world.conditionOf()).toBe('leased')
    fail()
    expect(world.conditionOf()).toBe('failed')
    expect(world.job.chargedWei).toBe(0n)
    expect(world.heard('A', 'assign')).toHaveLength(limits.attemptsPerUnitMax)
  })

  test('[Q3] a vote that met no other before its unit was given up is not held against its provider', () => {
    const world = new World({ providers: 'AB' })
    world.deliver('A', 1)
    for (let attempt = 2; attempt <= limits.attemptsPerUnitMax; attempt += 1) {
      expect(world.conditionOf()).not.toBe('failed')
      world.handBack('B', 'deviceLost')
      world.wait(durations.coolDownMs)
    }
    expect(world.conditionOf()).toBe('failed')
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'cancelled' })
    expect(world.job).toMatchObject({ refusedCount: 0, chargedWei: 0n })
  })

  test('[Q5] [M3] a third that agrees with two who do not agree with each other: exactly two are paid', () => {
    const world = new World({ terms: aJob({ comparator: tolerance }), providers: 'ABC' })
    world.deliver('A', 0)
    world.deliver('B', 2)
    world.deliver('C', 1)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.ledger.map(({ provider }) => provider)).toEqual([providerOf('C'), providerOf('A')])
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'cancelled' })
    expect(world.job).toMatchObject({ chargedWei: 10n, refusedCount: 0 })
  })

  test('[D1] only the canonical result is kept', async () => {
    const world = new World({ providers: 'ABC' })
    world.deliver('A', 1)
    world.deliver('B', 2)
    world.deliver('C', 1)
    expect(await world.store.canonicalResult(world.terms.id, 0)).toEqual(resultOf(1))
    const dropped = world.effects.filter(
      (effect) => effect.kind === 'persist' && effect.record.table === 'droppedResults',
    )
    expect(dropped).toHaveLength(2)
  })

  test('[J2] whoever still works on a decided unit is told to stop', () => {
    const world = new World({ providers: 'AB' })
    const [ofA, ofB] = [world.assignmentOf('A'), world.assignmentOf('B')]
    world.commit('A', 1)
    world.leave('A')
    world.join('C')
    world.deliver('B', 1, ofB)
    world.join('A')
    world.reveal('A', 1, ofA)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.verdictOf('C')).toMatchObject({ outcome: 'cancelled' })
    expect(world.state.assignments.size).toBe(0)
  })

  test('[J1] the view counts what there is, and its means are over accepted units', () => {
    const world = new World({ terms: aJob({ unitCount: 3 }) })
    world.wait(400)
    for (const name of 'AB') world.join(name)
    const [ofA, ofB] = [world.assignmentOf('A'), world.assignmentOf('B')]
    world.wait(1_000)
    world.commit('A', 1, ofA)
    world.wait(100)
    world.reveal('A', 1, ofA)
    world.deliver('B', 1, ofB)
    expect(jobViewOf(world.state, world.job, world.nowMs)).toMatchObject({
      units: { queued: 1, leased: 1, committed: 0, disputed: 0, accepted: 1, failed: 0 },
      assignments: 4,
      chargedWei: 10n,
      meanMs: { queue: 400, run: 1_000, verify: 100 },
    })
    expect(
      jobViewOf(world.state, world.job, world.nowMs)
        .providers.map(({ id }) => id)
        .sort(),
    ).toEqual(Array.from('AB').map(providerOf))
    for (const share of jobViewOf(world.state, world.job, world.nowMs).providers)
      expect(share).toMatchObject({ accepted: 1, refused: 0, earnedWei: 5n })
  })
})
