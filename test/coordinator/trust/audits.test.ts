import { describe, expect, test } from 'vitest'
import { aJob, providerOf, World } from '../core/a-world.ts'

/** An audited job of eight units, and a policy under which only what a test is about happens. */
const terms = aJob({ unitCount: 8, quorum: 1 })
const proven = { probationUnits: 0, auditRate: 0, auditRateUnspotted: 0 }
const always = { probationUnits: 0, auditRate: 1, auditRateUnspotted: 1 }

describe('[X1] a first result waits for a round of the beacon that had not begun when it was revealed', () => {
  test('[F6] until that round nothing is decided, and nobody else gets the unit', () => {
    const world = new World({ terms, providers: 'AB' })
    const before = Math.floor(world.nowMs / 1_000)
    world.deliver('A', 1)
    expect(world.conditionOf(0)).toBe('provisional')
    expect([...world.state.beacon.waiting.keys()]).toEqual([before + 2])
    world.publishRound(before + 1)
    expect(world.job.open.get(0)?.draw.kind).toBe('waiting')
    expect(world.heard('B', 'assign').map(({ unit }) => unit)).not.toContain(0)
    world.publishRound(before + 2)
    expect(world.job.open.get(0)?.draw.kind).toBe('audit')
  })

  test('[F22] a round that is late or missing stops the draws that named it, and later ones go on', () => {
    const world = new World({ terms, policy: proven, providers: 'A' })
    world.deliver('A', 1)
    const [named = 0] = world.state.beacon.waiting.keys()
    world.wait(3_600_000)
    for (const round of [named - 1, named + 1, named + 2])
      world.happens({ kind: 'beaconPublished', round, value: `0x${'07'.repeat(32)}` })
    expect(world.job.open.get(0)?.draw).toEqual({ kind: 'waiting', round: named })
    world.happens({ kind: 'beaconPublished', round: named, value: `0x${'08'.repeat(32)}` })
    expect(world.job.open.has(0)).toBe(false)
    expect(world.pendingOf('A')).toBe(640n)
  })
})

describe('[X2] a unit that is drawn for an audit is computed by another, whom the beacon chooses', () => {
  test('[M1] they agree: both earn the price of the unit, the requester is charged both, and it is final', () => {
    const world = new World({ terms, policy: always, providers: 'AB' })
    world.deliver('A', 1)
    world.publish()
    expect(world.heard('B', 'assign').at(-1)).toMatchObject({ unit: 1 })
    world.deliver('B', 1)
    // The audit comes before other work.
    expect(world.heard('B', 'assign').at(-1)).toMatchObject({ unit: 0, payWei: 640n })
    world.deliver('B', 1)
    expect(world.conditionOf(0)).toBe('accepted')
    expect([world.earnedBy('A'), world.earnedBy('B')]).toEqual([640n, 640n])
    expect(world.job.chargedWei).toBe(1_280n)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'accepted' })
  })

  test('[X9] [F12] an audit looks like any other work', () => {
    const world = new World({ terms, policy: always, providers: 'AB' })
    world.deliver('A', 1)
    world.publish()
    world.deliver('B', 1)
    const [ordinary, audit] = world.heard('B', 'assign')
    expect(Object.keys(audit ?? {})).toEqual(Object.keys(ordinary ?? {}))
    const same = { assignment: '', unit: 0, leaseMs: 0 }
    expect({ ...audit, ...same }).toEqual({ ...ordinary, ...same })
  })

  test('who was chosen and vanishes is replaced', () => {
    const world = new World({ terms, policy: always, providers: 'ABC' })
    world.deliver('A', 1)
    world.publish()
    const chosen = world.job.open.get(0)?.designated === providerOf('B') ? 'B' : 'C'
    world.leave(chosen)
    expect(world.job.open.get(0)?.designated).toBe(providerOf(chosen === 'B' ? 'C' : 'B'))
  })

  test('[J2] who was chosen keeps its lease when a late result of another comes, which may never be revealed', () => {
    const world = new World({ terms, policy: always, providers: 'A' })
    world.deliver('A', 1)
    world.join('B', 8)
    world.publish()
    const late = world.heard('B', 'assign').find(({ unit }) => unit === 0)
    expect(late).toBeDefined()
    world.leave('B')
    world.join('C', 8)
    world.wait(250)
    const chosen = world.heard('C', 'assign').find(({ unit }) => unit === 0)
    expect(chosen).toBeDefined()
    world.join('B')
    world.commit('B', 1, late?.assignment)
    world.leave('B')
    world.deliver('C', 1, chosen?.assignment)
    expect(world.conditionOf(0)).toBe('accepted')
  })

  test('nobody fit: it waits, and the next who joins gets it', () => {
    const world = new World({ terms, policy: always, providers: 'A' })
    world.deliver('A', 1)
    world.publish()
    expect(world.state.undesignated.size).toBe(1)
    world.join('B')
    world.wait(250)
    expect(world.job.open.get(0)?.designated).toBe(providerOf('B'))
  })

  test('another network and the numeric class of the first result are preferred', () => {
    const other = { numericClass: `0x${'22'.repeat(32)}` } as const
    for (let trial = 0; trial < 8; trial += 1) {
      const world = new World({ terms, policy: always, providers: 'A' })
      for (const name of 'BCD'.slice(0, 1 + (trial % 3))) world.join(name, 1, other)
      world.join('E')
      world.deliver('A', 1)
      world.publish(3 + trial)
      expect(world.job.open.get(0)?.designated).toBe(providerOf('E'))
    }
  })
})

describe('[X3] a new identity is audited in all of its first units, and holds two at a time', () => {
  test('[F5] probation ends after the units of the policy, and begins again with a conviction', () => {
    const many = aJob({ unitCount: 200, quorum: 1 })
    const world = new World({
      terms: many,
      policy: { ...proven, probationUnits: 5, probationCapacity: 2 },
      anchors: 'B',
    })
    world.join('A', 8)
    expect(world.heard('A', 'assign')).toHaveLength(2)
    world.join('B', 8)
    for (let round = 0; round < 5; round += 1) {
      world.deliver('A', 1)
      world.publish()
      for (const order of world.heard('B', 'assign'))
        if (world.state.assignments.get(order.assignment)?.state === 'leased')
          world.deliver('B', 1, order.assignment)
      world.publish()
    }
    expect(world.state.standings.get(providerOf('A'))?.probationPassed).toBe(5)
    world.deliver('A', 1)
    world.publish()
    expect(world.pendingOf('A')).toBe(640n)
  })
})

describe('[X4] a dispute goes to an anchor first, and whoever loses it is convicted', () => {
  /** A has one pending unit, then gives a wrong result that an audit by B finds; C is an anchor. */
  function disputed(wrong: 'A' | 'B') {
    const world = new World({ terms, policy: proven, anchors: 'C', providers: 'A' })
    world.deliver('A', 1)
    world.publish()
    expect(world.pendingOf('A')).toBe(640n)
    Object.assign(world.state, { policy: { ...world.state.policy, ...always, anchorShare: 0 } })
    world.deliver('A', wrong === 'A' ? 9 : 1)
    world.join('B')
    world.publish()
    if (world.job.open.get(1)?.designated !== providerOf('B')) throw new Error('the audit is B’s')
    world.deliver('B', 1)
    world.deliver('B', wrong === 'B' ? 9 : 1)
    expect(world.conditionOf(1)).toBe('disputed')
    world.join('C')
    expect(world.heard('C', 'assign')[0]).toMatchObject({ unit: 1 })
    return world
  }

  test('[F1] [F3] the cheat’s trust and all its pending units are lost; they are computed again, and cost nothing', () => {
    const world = disputed('A')
    world.deliver('C', 1)
    expect(world.conditionOf(1)).toBe('accepted')
    expect(world.earnedBy('A')).toBe(0n)
    expect(world.pendingOf('A')).toBe(0n)
    expect(world.conditionOf(0)).not.toBe('provisional')
    expect(world.job.open.get(0)?.barred.has(providerOf('A'))).toBe(true)
    expect(world.state.standings.get(providerOf('A'))).toMatchObject({ convictions: 1, probationPassed: 0 })
    expect(world.job.chargedWei).toBe(1_280n)
    world.restart()
    expect(world.pendingOf('A')).toBe(0n)
    expect(world.job.open.has(0)).toBe(true)
  })

  test('[F11] [F12] a lying auditor loses in its turn, and the accused loses nothing', () => {
    const world = disputed('B')
    world.deliver('C', 1)
    expect(world.conditionOf(1)).toBe('accepted')
    expect(world.earnedBy('A')).toBe(640n)
    expect(world.pendingOf('A')).toBe(640n)
    expect(world.earnedBy('B')).toBe(0n)
    expect(world.state.standings.get(providerOf('B'))?.convictions).toBe(1)
    expect(world.state.standings.get(providerOf('A'))?.convictions).toBe(0)
  })
})

describe('[X5] a small first miss may be a flaky GPU', () => {
  const wide = aJob({ unitCount: 8, quorum: 1, resultBytes: 400 })
  const right = new Uint8Array(400)
  const flipped = right.slice()
  flipped[7] = 16

  /** A's next result is this one, and those whom the beacon and the dispute choose give the right one. */
  function deliver(world: World, result: Uint8Array): void {
    world.deliverBytes('A', result)
    world.publish()
    for (const name of 'CDCD')
      for (const { assignment } of world.heard(name, 'assign'))
        if (world.state.assignments.get(assignment)?.state === 'leased')
          world.deliverBytes(name, right, assignment)
  }

  test('it costs that unit and not what is pending; a second one within the window costs everything', () => {
    const world = new World({ terms: wide, policy: proven, anchors: 'CD', providers: 'A' })
    world.deliverBytes('A', right)
    world.publish()
    Object.assign(world.state, { policy: { ...world.state.policy, ...always, anchorShare: 1 } })
    for (const name of 'CD') world.join(name, 1, {}, { dutiesOnly: true })
    deliver(world, flipped)
    expect(world.state.standings.get(providerOf('A'))).toMatchObject({ convictions: 0 })
    expect(world.pendingOf('A')).toBe(640n)
    deliver(world, flipped)
    expect(world.state.standings.get(providerOf('A'))).toMatchObject({ convictions: 1 })
    expect(world.pendingOf('A')).toBe(0n)
  })
})

describe('[X10] where an anchor has voted and others disagree, its word is the verdict', () => {
  test('[F6] two liars who agree lose against one anchor', () => {
    const world = new World({ terms, policy: { ...always, anchorShare: 0 }, anchors: 'C', providers: 'A' })
    world.deliver('A', 9)
    world.publish()
    world.join('C')
    world.deliver('C', 1, world.heard('C', 'assign').find(({ unit }) => unit === 0)?.assignment)
    expect(world.conditionOf(0)).toBe('accepted')
    expect([world.earnedBy('A'), world.earnedBy('C')]).toEqual([0n, 640n])
    expect(world.state.standings.get(providerOf('A'))?.convictions).toBe(1)
  })

  test('in a job of a fixed quorum an anchor is called to a dispute, and others must agree with it', () => {
    const world = new World({ anchors: 'C', providers: 'AB' })
    world.deliver('A', 9)
    world.deliver('B', 1)
    expect(world.conditionOf()).toBe('disputed')
    world.join('D')
    world.deliver('D', 9)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.job.chargedWei).toBe(10n)
  })

  test('once it is connected, liars are no longer a majority', () => {
    const world = new World({ anchors: 'C', providers: 'ABC' })
    world.deliver('A', 9)
    world.deliver('B', 1)
    expect(world.heard('C', 'assign')).toHaveLength(1)
    world.deliver('C', 1)
    expect(world.conditionOf()).toBe('accepted')
    expect([world.earnedBy('A'), world.earnedBy('B'), world.earnedBy('C')]).toEqual([0n, 5n, 5n])
  })
})

describe('[F10] time and cost are not for a provider to state', () => {
  test('what a unit earns is in its assignment, and no message of a provider names a sum or a duration', () => {
    const world = new World({ terms, policy: always, providers: 'AB' })
    world.wait(30_000)
    world.deliver('A', 1)
    world.publish()
    world.deliver('B', 1)
    world.deliver('B', 1)
    expect([world.earnedBy('A'), world.earnedBy('B')]).toEqual([640n, 640n])
  })
})

test('[J8] an audit of a paused job waits until the job goes on', () => {
  const world = new World({ terms, policy: always, providers: 'A' })
  world.deliver('A', 1)
  world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'pause' })
  world.join('B')
  world.publish()
  world.wait(250)
  expect(world.job.open.get(0)?.designated).toBe(providerOf('B'))
  expect(world.heard('B', 'assign')).toEqual([])
  world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'resume' })
  world.wait(250)
  expect(world.heard('B', 'assign').map(({ unit }) => unit)).toContain(0)
})
