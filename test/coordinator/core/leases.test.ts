import { describe, expect, test } from 'vitest'
import { aJob, durations, World } from './a-world.ts'

const oneEach = (unitCount: number, quorum = 2) => aJob({ unitCount, quorum })

describe('leases', () => {
  test('[L1] a provider holds as many units as it greeted with, and a commitment makes room', () => {
    const world = new World({ terms: oneEach(9) })
    world.join('A', 3)
    expect(world.heard('A', 'assign')).toHaveLength(3)
    world.commit('A', 1)
    expect(world.heard('A', 'assign')).toHaveLength(4)
  })

  test('[L3] a lease ends at its deadline, not a millisecond before', () => {
    const world = new World({ providers: 'A' })
    const leased = world.assignmentOf('A')
    world.wait(durations.leaseMs - 1)
    expect(world.state.assignments.get(leased)?.state).toBe('leased')
    world.wait(1)
    expect(world.state.assignments.get(leased)?.state).toBe('expired')
  })

  test('[L3] the time to reveal begins with the receipt and ends at its deadline, not a millisecond before', () => {
    const world = new World({ providers: 'A' })
    const leased = world.assignmentOf('A')
    world.wait(50_000)
    world.commit('A', 1)
    world.wait(durations.revealMs - 1)
    expect(world.state.assignments.get(leased)?.state).toBe('committed')
    world.wait(1)
    expect(world.state.assignments.get(leased)?.state).toBe('expired')
  })

  test('[L4] a late commitment counts, and its unit is accepted by it', () => {
    const world = new World({ providers: 'A' })
    const late = world.assignmentOf('A')
    world.leave('A')
    world.join('B')
    world.deliver('B', 1)
    world.join('A')
    world.deliver('A', 1, late)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.ledger).toHaveLength(2)
  })

  test('[L4] a late reveal counts after an expired commitment', () => {
    const world = new World({ providers: 'A' })
    const late = world.assignmentOf('A')
    world.commit('A', 1)
    world.leave('A')
    world.join('A')
    world.reveal('A', 1, late)
    expect(world.conditionOf()).toBe('committed')
    expect(world.state.assignments.get(late)?.state).toBe('revealed')
  })

  test('[L4] a newer lease of the same unit gives way to a late commitment', () => {
    const world = new World({ providers: 'A' })
    const late = world.assignmentOf('A')
    world.wait(durations.leaseMs)
    const newer = world.assignmentOf('A')
    expect(newer).not.toBe(late)
    world.commit('A', 1, late)
    expect(world.verdictOf('A')).toMatchObject({ assignment: newer, outcome: 'cancelled' })
    expect(world.heard('A', 'receipt').at(-1)).toMatchObject({ assignment: late })
    expect(world.state.assignments.has(newer)).toBe(false)
  })

  test('[L4] a newer commitment does not give way: the late result is refused', () => {
    const world = new World({ providers: 'A' })
    const late = world.assignmentOf('A')
    world.wait(durations.leaseMs)
    const newer = world.assignmentOf('A')
    world.commit('A', 1, newer)
    world.commit('A', 1, late)
    expect(world.refusal).toBe('leaseExpired')
    expect(world.state.assignments.get(newer)?.state).toBe('committed')
  })

  test('[L4] nothing counts once the unit is decided', () => {
    const world = new World({ providers: 'A' })
    const late = world.assignmentOf('A')
    world.leave('A')
    for (const name of 'BC') world.join(name)
    for (const name of 'BC') world.deliver(name, 1)
    world.join('A')
    world.commit('A', 1, late)
    expect(world.refusal).toBe('leaseExpired')
    expect(world.earnedBy('A')).toBe(0n)
  })
})

describe('sessions', () => {
  test('[L5] what a closed session held goes to another in the same step', () => {
    const world = new World({ terms: oneEach(1, 1), providers: 'AB' })
    expect(world.heard('B', 'assign')).toHaveLength(0)
    world.leave('A')
    expect(world.heard('B', 'assign')).toHaveLength(1)
  })

  test('[L5] a provider silent for 3.5 s is still there, a millisecond more and it has vanished', () => {
    const world = new World({ providers: 'A' })
    world.nowMs += 3_500
    world.happens({ kind: 'timePassed' })
    expect(world.state.providers.size).toBe(1)
    world.nowMs += 1
    world.happens({ kind: 'timePassed' })
    expect(world.state.providers.size).toBe(0)
    expect(world.effects).toContainEqual({ kind: 'disconnect', session: world.sessionOf('A') })
    expect(world.conditionOf()).toBe('queued')
  })

  test('[L5] a provider whose signalling closed has 1.2 s left, unless it is heard', () => {
    const world = new World({ providers: 'A' })
    const suspected = { kind: 'providerSuspected', session: world.sessionOf('A') } as const
    world.happens(suspected)
    world.nowMs += 1_200
    world.happens({ kind: 'providerHeard', session: world.sessionOf('A') })
    world.happens({ kind: 'timePassed' })
    expect(world.state.providers.size).toBe(1)
    world.happens(suspected)
    world.nowMs += 1_201
    world.happens({ kind: 'timePassed' })
    expect(world.state.providers.size).toBe(0)
  })

  test('[L5] a tab that dies without a word: every unit it held is with another before five seconds are over', () => {
    const world = new World({ terms: oneEach(2, 1) })
    world.join('A', 2)
    world.join('B', 2)
    const [diedAtMs, other] = [world.nowMs, world.sessionOf('B')]
    expect(world.heard('A', 'assign')).toHaveLength(2)
    expect(world.heard('B', 'assign')).toEqual([])
    // The other one beats; the wiring looks at the clock every 250 ms.
    while (world.nowMs < diedAtMs + 5_000) {
      world.nowMs += 250
      world.happens({ kind: 'providerHeard', session: other })
      world.happens({ kind: 'timePassed' })
    }
    expect(world.heard('B', 'assign').map(({ unit }) => unit)).toEqual([0, 1])
  })

  test('[L5] whatever a provider says proves that it lives', () => {
    const world = new World({ providers: 'A' })
    world.nowMs += 3_000
    world.commit('A', 1)
    world.nowMs += 3_000
    world.happens({ kind: 'timePassed' })
    expect(world.state.providers.size).toBe(1)
  })

  test('[L7] a new session of a provider replaces the old one, which is told why', () => {
    const world = new World({ providers: 'A' })
    const former = world.sessionOf('A')
    world.join('A')
    expect(world.heard('A', 'refuse').at(-1)).toMatchObject({ reason: 'replacedByNewSession' })
    expect(world.effects).toContainEqual({ kind: 'disconnect', session: former })
    expect([...world.state.sessions.keys()]).toEqual([world.sessionOf('A')])
    world.happens({ kind: 'sessionEnded', session: former })
    expect(world.state.providers.size).toBe(1)
  })
})

describe('units handed back', () => {
  test('[L6] a unit handed back is given to another in the same step', () => {
    const world = new World({ terms: oneEach(1, 1), providers: 'AB' })
    world.handBack('A', 'kernelFailed')
    expect(world.heard('B', 'assign')).toHaveLength(1)
  })

  test('[L6] after a failed kernel a provider rests for 5 s and never gets that unit again', () => {
    const world = new World({ terms: oneEach(2), providers: 'A' })
    world.handBack('A', 'kernelFailed')
    world.wait(durations.coolDownMs - 1)
    expect(world.heard('A', 'assign')).toHaveLength(1)
    world.wait(1)
    expect(world.heard('A', 'assign').map(({ unit }) => unit)).toEqual([0, 1])
    world.deliver('A', 1)
    world.wait(durations.coolDownMs)
    expect(world.heard('A', 'assign')).toHaveLength(2)
  })

  test('[L6] an older attempt that expires does not give a failed kernel another chance', () => {
    const world = new World({ terms: oneEach(1), providers: 'A' })
    world.wait(durations.leaseMs)
    world.handBack('A', 'kernelFailed')
    world.wait(durations.leaseMs)
    expect(world.heard('A', 'assign')).toHaveLength(2)
  })

  test.each(['deviceLost', 'dataUnavailable'] as const)(
    '[L6] %s may pass: after 5 s the provider may have the unit again',
    (reason) => {
      const world = new World({ terms: oneEach(1), providers: 'A' })
      world.handBack('A', reason)
      world.wait(durations.coolDownMs - 1)
      expect(world.heard('A', 'assign')).toHaveLength(1)
      world.wait(1)
      expect(world.heard('A', 'assign').map(({ unit }) => unit)).toEqual([0, 0])
    },
  )

  test.each(['notCapable', 'kernelHung'] as const)(
    '[L6] after %s a provider gets none of the job, and works for others',
    (reason) => {
      const world = new World({ terms: oneEach(3), providers: 'A' })
      world.handBack('A', reason)
      world.wait(durations.coolDownMs)
      expect(world.heard('A', 'assign')).toHaveLength(1)
      world.restart()
      world.join('A')
      world.wait(durations.coolDownMs)
      expect(world.heard('A', 'assign')).toHaveLength(1)
      world.join('B')
      expect(world.heard('B', 'assign')).toHaveLength(1)
    },
  )

  test('[L6] [Q3] a unit whose kernel hung on two providers is given to no third', () => {
    const world = new World({ terms: oneEach(1, 1), providers: 'AB' })
    world.handBack('A', 'kernelHung')
    expect(world.conditionOf()).toBe('leased')
    world.handBack('B', 'kernelHung')
    expect(world.conditionOf()).toBe('failed')
    world.join('C')
    expect(world.heard('C', 'assign')).toHaveLength(0)
    expect(world.job.chargedWei).toBe(0n)
  })

  test('[L1] a provider is given as many units as it stated last, and keeps those it has', () => {
    const world = new World({ terms: oneEach(9), providers: 'A' })
    const session = world.sessionOf('A')
    world.happens({ kind: 'capacityStated', session, capacity: 4 })
    expect(world.heard('A', 'assign')).toHaveLength(4)
    world.happens({ kind: 'capacityStated', session, capacity: 1 })
    world.deliver('A', 1)
    expect(world.heard('A', 'assign')).toHaveLength(4)
  })

  test('[L6] one that is stopping gets nothing more in its session', () => {
    const world = new World({ providers: 'A' })
    world.handBack('A', 'stopping')
    world.wait(durations.coolDownMs)
    expect(world.heard('A', 'assign')).toHaveLength(1)
  })

  test('[L6] nobody hands back what is not theirs, or what they have shown', () => {
    const world = new World({ providers: 'AB' })
    const ofA = world.assignmentOf('A')
    world.handBack('B', 'stopping', ofA)
    expect(world.state.assignments.get(ofA)?.state).toBe('leased')
    world.deliver('A', 1)
    world.handBack('A', 'stopping', ofA)
    expect(world.state.assignments.get(ofA)?.state).toBe('revealed')
  })

  test('[Q2] handing an expired attempt back does not open the unit to the same provider once more', () => {
    const world = new World({ providers: 'A' })
    const expired = world.assignmentOf('A')
    world.wait(durations.leaseMs)
    const newer = world.assignmentOf('A')
    world.commit('A', 1, newer)
    world.handBack('A', 'stopping', expired)
    expect(world.assignmentOf('A')).toBe(newer)
    world.reveal('A', 1, newer)
    expect(world.conditionOf()).toBe('committed')
  })
})
