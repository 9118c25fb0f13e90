import { describe, expect, test } from 'vitest'
import type { AssignmentId } from '#protocol/ids.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { aJob, durations, World } from './a-world.ts'

/** A device on which a unit takes as long as its author thinks. */
const offer = { speed: { ...anOffer().speed, gflops: 1_000 } }
const unitsOf = (targetMs: number, unitCount = 9) => aJob({ unitCount, needs: { targetMs } })
const minutes = 60_000

function aLease(targetMs: number): { world: World; lease: AssignmentId; leaseMs: number } {
  const world = new World({ terms: unitsOf(targetMs, 1) })
  world.join('A', 1, offer)
  const [order] = world.heard('A', 'assign')
  if (!order) throw new Error('A was given a unit')
  return { world, lease: order.assignment, leaseMs: order.leaseMs }
}

function renew(world: World, name: string, assignment: AssignmentId): number | undefined {
  world.happens({ kind: 'renewalAsked', session: world.sessionOf(name), assignment })
  return world.heard(name, 'renewed').at(-1)?.leaseMs
}

describe('how long a lease is', () => {
  test('[L8] ten times the forecast, of the units before it and its own', () => {
    const world = new World({ terms: unitsOf(3_000) })
    world.join('A', 3, offer)
    expect(world.heard('A', 'assign').map(({ leaseMs }) => leaseMs)).toEqual([30_000, 60_000, 90_000])
  })

  test('[L8] at least 15 s, at most two minutes', () => {
    expect(aLease(100).leaseMs).toBe(15_000)
    expect(aLease(60_000).leaseMs).toBe(120_000)
  })

  test('[L8] [L3] what was told is what holds, to the millisecond', () => {
    const { world, lease } = aLease(3_000)
    world.wait(29_999)
    expect(world.state.assignments.get(lease)?.state).toBe('leased')
    world.wait(1)
    expect(world.state.assignments.get(lease)?.state).toBe('expired')
  })
})

describe('renewals', () => {
  test('[L9] the holder gets as much time again, from now; the former end passes, the new one holds', () => {
    const { world, lease } = aLease(3_000)
    world.wait(18_000)
    expect(renew(world, 'A', lease)).toBe(30_000)
    world.wait(29_999)
    expect(world.state.assignments.get(lease)?.state).toBe('leased')
    world.wait(1)
    expect(world.state.assignments.get(lease)?.state).toBe('expired')
  })

  test('[L9] however often it is renewed, a lease ends 15 minutes after it was given', () => {
    const { world, lease } = aLease(60_000)
    const granted: (number | undefined)[] = []
    for (let asked = 0; asked < 14; asked += 1) {
      world.wait(1 * minutes)
      granted.push(renew(world, 'A', lease))
    }
    expect(granted.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 2 * minutes))
    expect(granted.slice(12)).toEqual([2 * minutes, 1 * minutes])
    world.wait(1 * minutes - 1)
    expect(world.state.assignments.get(lease)?.state).toBe('leased')
    world.wait(1)
    expect(world.state.assignments.get(lease)?.state).toBe('expired')
  })

  test('[L9] a renewal never shortens a lease', () => {
    const world = new World({ terms: unitsOf(3_000) })
    world.join('A', 3, offer)
    const last = world.assignmentOf('A')
    for (const { assignment } of world.heard('A', 'assign').slice(0, 2)) world.commit('A', 1, assignment)
    world.join('A', 1, offer)
    expect(world.state.assignments.get(last)?.state).toBe('expired')
    const again = world.heard('A', 'assign').at(-1)
    expect(renew(world, 'A', again?.assignment ?? '')).toBe(again?.leaseMs)
  })

  test('[L9] only the holder of a running lease may ask: another, a stranger’s word, one that has committed, one too late', () => {
    const { world, lease } = aLease(3_000)
    world.join('B', 1, offer)
    for (const [who, assignment] of [
      ['B', lease],
      ['A', 'deadbeef/0/0'],
    ] as const) {
      renew(world, who, assignment)
      expect(world.effects).toContainEqual(
        expect.objectContaining({
          kind: 'send',
          session: world.sessionOf(who),
          message: expect.objectContaining({ type: 'refuse', reason: 'leaseExpired', assignment }) as unknown,
        }),
      )
    }
    const ofB = world.assignmentOf('B')
    world.commit('B', 1, ofB)
    expect(renew(world, 'B', ofB)).toBeUndefined()
    expect(world.refusal).toBe('leaseExpired')
    world.wait(30_000)
    expect(renew(world, 'A', lease)).toBeUndefined()
    expect(world.refusal).toBe('leaseExpired')
  })

  test('[L9] [L5] a renewal is a sign of life, and no protection: who vanishes loses the unit all the same', () => {
    const { world, lease } = aLease(60_000)
    world.nowMs += durations.silenceMsMax
    renew(world, 'A', lease)
    world.nowMs += durations.silenceMsMax
    world.happens({ kind: 'timePassed' })
    expect(world.state.assignments.get(lease)?.state).toBe('leased')
    world.nowMs += 1
    world.happens({ kind: 'timePassed' })
    expect(world.state.assignments.get(lease)?.state).toBe('expired')
  })
})
