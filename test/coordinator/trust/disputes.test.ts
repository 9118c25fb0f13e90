import { describe, expect, test } from 'vitest'
import { contest, endContest } from '#coordinator/core/trust/contests.ts'
import { creditCheck, takeProvisionally } from '#coordinator/core/trust/provisional.ts'
import { votesOf } from '#coordinator/core/units.ts'
import { aJob, providerOf, World } from '../core/a-world.ts'
import { answerSpots, right, serve, spotsOf, spotsOnly, spottedTerms, wrongIn } from './a-spotted-world.ts'

/** A has made so many units; their spots wait for checkers. C, who comes later, is an anchor. */
function withUnits(count: number, results: (unit: number) => Uint8Array = () => right): World {
  const world = new World({ terms: spottedTerms, policy: spotsOnly, anchors: 'C', providers: 'A' })
  for (let unit = 0; unit < count; unit += 1) {
    world.deliverBytes('A', results(unit))
    world.publish()
  }
  return world
}

/** A provider comes and is given a bundle of spots. */
function checker(world: World, name: string): void {
  world.join(name)
  world.wait(6_000)
  world.deliverBytes(name, right)
}

/** The anchor, and then whoever must break the tie, compute what is in dispute as it should be. */
function settle(world: World, truth: Uint8Array = right): void {
  if (!world.state.providers.has(providerOf('C'))) world.join('C', 8)
  world.wait(250)
  for (const { assignment, unit } of world.heard('C', 'assign'))
    if (world.state.assignments.get(assignment)?.state === 'leased' && world.conditionOf(unit) === 'disputed')
      world.deliverBytes('C', truth, assignment)
}

/** Whole units, not parts of others' to check. */
const unitsGiven = (world: World, name: string) =>
  world.heard(name, 'assign').filter(({ task }) => task === undefined).length

const disputedUnits = (world: World, count: number) =>
  Array.from({ length: count }, (_, unit) => unit).filter((unit) => world.conditionOf(unit) === 'disputed')

describe('[X14] a spot checker’s accusations are heard one at a time', () => {
  test('[F11] it accuses four units and is wrong: one is computed again, the others are checked by somebody else', () => {
    const world = withUnits(4)
    checker(world, 'B')
    answerSpots(world, 'B', 'all')
    expect(disputedUnits(world, 4)).toHaveLength(1)
    settle(world)
    world.wait(250)
    expect(disputedUnits(world, 4)).toEqual([])
    expect(world.state.hearings.size).toBe(0)
    expect([...world.job.open.values()].flatMap(({ accusers }) => accusers)).toEqual([])
    expect(world.earnedBy('B')).toBe(0n)
    // What A made is good, and others find it so.
    world.leave('B')
    for (const name of 'DE') world.join(name)
    serve(world, 'CDE')
    for (let unit = 0; unit < 4; unit += 1)
      expect(['accepted', 'provisional']).toContain(world.conditionOf(unit))
    expect(world.job.disputeCount).toBe(1)
    expect(world.job.counts.failed).toBe(0)
  })

  test('[F1] it is right: the next case follows, and each pays', () => {
    const world = new World({ terms: spottedTerms, policy: spotsOnly, anchors: 'C', providers: 'AD' })
    // Two liars, one unit each.
    for (const name of 'AD') {
      world.deliverBytes(name, wrongIn(Array.from({ length: 64 }, (_, spot) => spot)))
      world.publish()
    }
    for (const name of 'AD') world.leave(name)
    checker(world, 'B')
    answerSpots(world, 'B')
    expect(disputedUnits(world, 3)).toHaveLength(1)
    settle(world)
    expect(world.earnedBy('B')).toBe(10n)
    serve(world, 'C', right, 3)
    expect([world.earnedBy('A'), world.earnedBy('B'), world.earnedBy('D')]).toEqual([0n, 20n, 0n])
    expect(world.job.disputeCount).toBe(2)
    world.wait(250)
    expect(world.state.hearings.size).toBe(0)
  })

  test('an accused whose trust is gone by another case is not heard again, and the accuser is paid for both', () => {
    const lies = wrongIn(Array.from({ length: 64 }, (_, spot) => spot))
    const world = withUnits(2, () => lies)
    world.leave('A')
    checker(world, 'B')
    answerSpots(world, 'B')
    settle(world)
    expect(world.earnedBy('B')).toBe(20n)
    expect(world.job.disputeCount).toBe(1)
    world.wait(250)
    expect(world.state.hearings.size).toBe(0)
  })
})

test('[J2] who found a result wrong may compute its unit once that result has gone', () => {
  const lies = wrongIn(Array.from({ length: 64 }, (_, spot) => spot))
  const world = withUnits(2, () => lies)
  world.leave('A')
  for (const name of 'BD') {
    checker(world, name)
    answerSpots(world, name)
    world.leave(name)
  }
  expect([...(world.job.open.get(1)?.accusers ?? [])].map(({ provider }) => provider)).toEqual(
    ['B', 'D'].map(providerOf),
  )
  settle(world)
  world.leave('C')
  for (const name of 'BD') world.join(name)
  serve(world, 'BD', right, 30)
  for (const unit of [0, 1]) expect(['accepted', 'provisional']).toContain(world.conditionOf(unit))
})

describe('[X15] who vouched for a part that proves wrong has not computed it', () => {
  test('[F6] a friend waves a lie through, an honest checker does not: both friends lose their trust', () => {
    const lies = wrongIn(Array.from({ length: 64 }, (_, spot) => spot))
    const world = withUnits(1, () => lies)
    world.leave('A')
    checker(world, 'B')
    answerSpots(world, 'B', 'all')
    expect(world.job.open.get(0)?.vouchers.map(({ provider }) => provider)).toEqual([providerOf('B')])
    world.leave('B')
    checker(world, 'D')
    answerSpots(world, 'D')
    expect(world.conditionOf(0)).toBe('disputed')
    settle(world)
    expect(world.state.standings.get(providerOf('A'))?.convictions).toBe(1)
    // A first miss may be an accident; trust begins again.
    expect(world.state.standings.get(providerOf('B'))?.missedAtUnits).toBeDefined()
    expect(world.state.standings.get(providerOf('D'))?.missedAtUnits).toBeUndefined()
    expect(world.earnedBy('D')).toBe(10n)
  })

  test('who vouched for a part that is right, of a result that is wrong elsewhere, keeps its trust', () => {
    const world = withUnits(1, () => right)
    const [first = 0, second = 0] = spotsOf(world, 0)
    world.leave('A')
    checker(world, 'B')
    // B is given the first of the two: it agrees; D finds the second wrong, and so does the anchor.
    answerSpots(world, 'B')
    world.leave('B')
    checker(world, 'D')
    answerSpots(world, 'D', 'all')
    settle(world, wrongIn([world.job.open.get(0)?.vouchers.length === 1 ? second : first]))
    expect(world.conditionOf(0)).toBe('accepted')
    expect(world.state.standings.get(providerOf('B'))?.missedAtUnits).toBeUndefined()
  })
})

describe('[X16] a unit that is audited is checked by spots first, where its kernel can be run in parts', () => {
  const audited = { probationUnits: 0, auditRate: 1 }

  test('[F6] the second run comes only when both spots agree, and it is final when that agrees, too', () => {
    const world = new World({ terms: spottedTerms, policy: audited, providers: 'A' })
    world.deliverBytes('A', right)
    world.publish()
    expect(spotsOf(world, 0)).toHaveLength(2)
    for (const name of 'BD') {
      checker(world, name)
      answerSpots(world, name)
    }
    expect(world.job.open.get(0)?.draw.kind).toBe('audit')
    serve(world, 'BD', right, 5)
    expect(world.conditionOf(0)).toBe('accepted')
    expect(world.earnedBy('A')).toBe(640n)
  })

  test('a spot differs: it is a dispute, and no auditor is asked for nothing', () => {
    const world = new World({ terms: spottedTerms, policy: audited, anchors: 'C', providers: 'A' })
    world.deliverBytes('A', right)
    world.publish()
    checker(world, 'B')
    answerSpots(world, 'B', 'all')
    expect(world.conditionOf(0)).toBe('disputed')
    settle(world)
    expect(world.earnedBy('A')).toBe(640n)
    expect(world.earnedBy('C')).toBe(640n)
  })
})

test('[X4] a dispute waits for an anchor that has much to do, whoever else is there', () => {
  const always = { probationUnits: 0, auditRate: 1, auditRateUnspotted: 1, anchorShare: 0 }
  const terms = aJob({ unitCount: 8, quorum: 1 })
  const world = new World({ terms, policy: always, providers: 'A', anchors: 'C' })
  world.deliver('A', 1)
  world.join('B')
  world.publish()
  world.join('C')
  for (const name of 'DE') world.join(name)
  const anchor = world.state.providers.get(providerOf('C'))
  for (let duty = 0; duty < 16; duty += 1) anchor?.duties.push({ kind: 'unit', job: terms.id, unit: 0 })
  // B takes the audit after its own first unit, and lies.
  world.deliver('B', 1)
  world.deliver('B', 9)
  expect(world.conditionOf(0)).toBe('disputed')
  expect(world.job.open.get(0)?.designated).toBeUndefined()
  if (anchor) anchor.duties.length = 0
  world.wait(250)
  expect(world.job.open.get(0)?.designated).toBe(providerOf('C'))
})

test('[M1] spots whose unit was decided without them are work done, and paid', () => {
  const world = withUnits(2)
  checker(world, 'B')
  // The anchor settles both units before B answers: A's trust is gone, what it made is void.
  const { state } = world
  const [first] = [...state.assignments.values()].filter(({ provider }) => provider === providerOf('A'))
  expect(first).toBeDefined()
  for (const unit of [0, 1]) {
    const open = world.job.open.get(unit)
    if (open) open.draw = { kind: 'none' }
  }
  answerSpots(world, 'B')
  expect(world.verdictOf('B')).toMatchObject({ outcome: 'accepted' })
  expect(world.earnedBy('B')).toBe(20n)
  expect(world.job.spots.outstanding).toBe(2)
})

describe('[X17] while a provider’s results are contested', () => {
  const lies = wrongIn(Array.from({ length: 64 }, (_, spot) => spot))

  /** A has told so many lies; B, an honest checker, has found all of them; the anchor is not there. */
  function contested(count: number): World {
    const world = withUnits(count, () => lies)
    checker(world, 'B')
    answerSpots(world, 'B')
    expect(world.state.contests.units.size).toBe(count)
    return world
  }

  test('[F3] one of them is settled at a time, and with four it gets no more units', () => {
    const world = contested(4)
    expect(disputedUnits(world, 4)).toHaveLength(1)
    const given = unitsGiven(world, 'A')
    world.deliverBytes('A', lies)
    world.publish()
    expect(unitsGiven(world, 'A')).toBe(given)
    expect(world.state.contests.stalled.has(providerOf('A'))).toBe(true)
  })

  test('with fewer it goes on', () => {
    const world = contested(3)
    const given = unitsGiven(world, 'A')
    world.deliverBytes('A', lies)
    world.publish()
    expect(unitsGiven(world, 'A')).toBe(given + 1)
  })

  test('[F3] nothing of it is earned, whatever checks it passes; once that is settled, the next check earns it', () => {
    const world = withUnits(2)
    const { state, job } = world
    const [pending, unit] = job.open.values()
    const [vote] = pending ? votesOf(pending) : []
    if (!pending || !unit || !vote) throw new Error('A has two results')
    takeProvisionally(state, job, pending, vote, world.nowMs, [])
    expect(world.pendingOf('A')).toBe(640n)
    Object.assign(state, { policy: { ...state.policy, checksToEarn: 0 } })
    contest(state, unit)
    creditCheck(state, job, providerOf('A'), 10n, world.nowMs, [])
    expect([world.earnedBy('A'), world.pendingOf('A')]).toEqual([0n, 640n])
    endContest(state, unit)
    creditCheck(state, job, providerOf('A'), 10n, world.nowMs, [])
    expect([world.earnedBy('A'), world.pendingOf('A')]).toEqual([640n, 0n])
  })
})
