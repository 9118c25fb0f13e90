import { describe, expect, test } from 'vitest'
import { aJob, durations, providerOf, World } from '../core/a-world.ts'

const terms = aJob({ unitCount: 6, quorum: 1 })
const unaudited = { probationUnits: 0, auditRate: 0, auditRateUnspotted: 0, anchorShare: 0, checksToEarn: 3 }

/** A has computed all six units; nothing was audited, all of it is pending. */
function allPending(): World {
  const world = new World({ terms, policy: unaudited, providers: 'A' })
  for (let unit = 0; unit < 6; unit += 1) {
    world.deliver('A', 1)
    world.publish()
  }
  expect(world.job.counts).toMatchObject({ provisional: 6 })
  return world
}

describe('[X8] pending units whose provider passes no further checks are checked for their own sake', () => {
  test('[F4] of an identity that lacks three checks three units are audited; then all are earned and the job ends', () => {
    const world = allPending()
    world.join('B', 8)
    world.wait(durations.tailIdleMs)
    expect(world.fetches).toHaveLength(3)
    world.answerFetches()
    expect(world.job.chargedWei).toBe(0n)
    for (const { assignment } of world.heard('B', 'assign')) world.deliver('B', 1, assignment)
    expect(world.heard('B', 'assign')).toHaveLength(3)
    world.wait(durations.tailIdleMs)
    expect(world.job).toMatchObject({ phase: 'finished', chargedWei: 9n * 640n })
    expect([world.earnedBy('A'), world.earnedBy('B'), world.pendingOf('A')]).toEqual([
      6n * 640n,
      3n * 640n,
      0n,
    ])
  })

  test('[F1] a cheat that has left is found, and everything of its that is pending is recalled', () => {
    const world = allPending()
    world.leave('A')
    world.join('B', 8)
    world.join('C', 8)
    world.wait(durations.tailIdleMs)
    world.answerFetches()
    for (let turn = 0; turn < 4; turn += 1)
      for (const name of 'BC')
        for (const { assignment } of world.heard(name, 'assign'))
          if (world.state.assignments.get(assignment)?.state === 'leased') world.deliver(name, 2, assignment)
    expect(world.state.standings.get(providerOf('A'))?.convictions).toBe(1)
    expect([world.earnedBy('A'), world.pendingOf('A')]).toEqual([0n, 0n])
    expect(world.job.counts.failed).toBe(0)
  })

  test('[D2] a restart in the middle loses nothing', () => {
    const world = allPending()
    world.restart()
    expect(world.pendingOf('A')).toBe(6n * 640n)
    world.publish()
    world.join('B', 8)
    world.wait(durations.tailIdleMs)
    world.answerFetches()
    const [first] = world.heard('B', 'assign')
    world.commit('B', 1, first?.assignment)
    world.restart()
    expect(world.pendingOf('A')).toBe(3n * 640n)
    world.publish()
    world.join('B', 8)
    world.deliver('B', 1, first?.assignment)
    expect(world.earnedBy('B')).toBe(640n)
    for (let turn = 0; turn < 3; turn += 1) {
      world.wait(durations.tailIdleMs)
      world.answerFetches()
      for (const { assignment } of world.heard('B', 'assign'))
        if (world.state.assignments.get(assignment)?.state === 'leased') world.deliver('B', 1, assignment)
    }
    world.wait(durations.tailIdleMs)
    expect(world.job).toMatchObject({ phase: 'finished' })
    expect(world.earnedBy('A')).toBe(6n * 640n)
  })

  test('while the job has other work and its provider is active, nothing is audited for its own sake', () => {
    const world = new World({ terms, policy: unaudited, providers: 'A' })
    world.deliver('A', 1)
    world.publish()
    world.wait(durations.tailIdleMs - 5_000)
    expect(world.fetches).toEqual([])
  })
})
