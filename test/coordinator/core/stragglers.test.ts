import { describe, expect, test } from 'vitest'
import { anOffer } from '#test/network/an-offer.ts'
import { aJob, World } from './a-world.ts'

/** A device on which a unit takes as long as its author thinks. */
const offer = { speed: { ...anOffer().speed, gflops: 1_000 } }
const targetMs = 10_000

/** A job whose units take ten seconds, and these providers, of capacity 1. */
function aWorld(names: string, unitCount = 1, unitMs = targetMs): World {
  const world = new World({ terms: aJob({ unitCount, needs: { targetMs: unitMs } }) })
  for (const name of names) world.join(name, 1, offer)
  return world
}

const unitsOf = (world: World, name: string) => world.heard(name, 'assign').map(({ unit }) => unit)

describe('stragglers', () => {
  test('[L10] a unit leased for twice its forecast is given to one more, not a millisecond before', () => {
    const world = aWorld('ABC')
    world.wait(2 * targetMs - 1)
    expect(unitsOf(world, 'C')).toEqual([])
    world.wait(1)
    expect(unitsOf(world, 'C')).toEqual([0])
    expect(world.conditionOf()).toBe('leased')
  })

  test('[L10] units forecast to be short straggle after two seconds', () => {
    const world = aWorld('ABC', 1, 10)
    world.wait(1_999)
    expect(unitsOf(world, 'C')).toEqual([])
    world.wait(1)
    expect(unitsOf(world, 'C')).toEqual([0])
  })

  test('[L10] at most two attempts for each vote that is needed, however long they last', () => {
    const world = aWorld('ABCDEF')
    world.wait(2 * targetMs)
    world.wait(4 * targetMs)
    expect(Array.from('CDEF', (name) => unitsOf(world, name))).toEqual([[0], [0], [], []])
  })

  test('[L10] what is not straggling is not doubled: one late lease, one more attempt', () => {
    const world = aWorld('A')
    world.wait(targetMs)
    for (const name of 'BCD') world.join(name, 1, offer)
    world.wait(targetMs)
    expect(Array.from('BCD', (name) => unitsOf(world, name))).toEqual([[0], [0], []])
  })

  test('[L10] the unit leased longest comes first', () => {
    const world = aWorld('AB', 2)
    world.wait(targetMs)
    for (const name of 'CD') world.join(name, 1, offer)
    world.wait(3 * targetMs)
    for (const name of 'EFGH') world.join(name, 1, offer)
    expect(Array.from('EFGH', (name) => unitsOf(world, name))).toEqual([[0], [0], [1], [1]])
  })

  test('[L10] only once nothing else of the job is left to hand out', () => {
    const world = aWorld('AB', 2)
    world.wait(2 * targetMs)
    for (const name of 'CDE') world.join(name, 1, offer)
    expect(Array.from('CDE', (name) => unitsOf(world, name))).toEqual([[1], [1], [0]])
  })

  test('[L10] [Q2] never to one that has voted, or on which the kernel failed', () => {
    const world = aWorld('AB')
    world.deliver('A', 1)
    world.join('C', 1, offer)
    world.wait(2 * targetMs)
    expect(unitsOf(world, 'A')).toEqual([0])
    expect(unitsOf(world, 'C')).toEqual([0])
    world.handBack('C', 'kernelFailed')
    world.wait(targetMs)
    expect(unitsOf(world, 'C')).toEqual([0])
  })

  test('[L10] not while the job is paused', () => {
    const world = aWorld('ABC')
    world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'pause' })
    world.wait(2 * targetMs)
    expect(unitsOf(world, 'C')).toEqual([])
    world.happens({ kind: 'jobControlled', job: world.terms.id, action: 'resume' })
    expect(unitsOf(world, 'C')).toEqual([0])
  })

  test('[L11] the first to commit ends the attempt that is needed no more: the one that lasts longest', () => {
    const world = aWorld('A')
    world.wait(1)
    world.join('B', 1, offer)
    world.wait(2 * targetMs)
    world.join('C', 1, offer)
    world.commit('C', 1)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'cancelled' })
    expect(world.verdictOf('B')).toBeUndefined()
    world.reveal('C', 1)
    world.deliver('B', 1)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.ledger).toHaveLength(2)
  })

  test('[L11] the straggler itself may be first: then its twin is ended', () => {
    const world = aWorld('AB')
    world.deliver('B', 1)
    world.wait(2 * targetMs)
    world.join('C', 1, offer)
    expect(unitsOf(world, 'C')).toEqual([0])
    world.commit('A', 1)
    expect(world.verdictOf('C')).toMatchObject({ outcome: 'cancelled' })
    expect(world.heard('A', 'verdict')).toEqual([])
  })

  test('[L11] a commitment that is never revealed opens the unit again, to the one whose attempt was ended too', () => {
    const world = aWorld('AB')
    world.deliver('B', 1)
    world.wait(2 * targetMs)
    world.join('C', 1, offer)
    world.commit('C', 1)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'cancelled' })
    world.leave('C')
    expect(unitsOf(world, 'A')).toEqual([0, 0])
  })

  test('[L11] with two pairs, a commitment ends one attempt: the other vote keeps its two', () => {
    const world = aWorld('AB')
    world.wait(2 * targetMs)
    for (const name of 'CD') world.join(name, 1, offer)
    world.deliver('C', 1)
    expect(Array.from('ABD', (name) => world.heard(name, 'verdict').length)).toEqual([1, 0, 0])
    world.deliver('D', 1)
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'cancelled' })
    expect(world.ledger).toHaveLength(2)
  })

  test('[L11] [L4] a late reveal ends what it makes needless, too', () => {
    const world = aWorld('AB')
    const late = world.assignmentOf('A')
    world.commit('A', 1)
    world.deliver('B', 1)
    world.leave('A')
    world.join('C', 1, offer)
    // Units have been seen to take no time at all by now.
    world.wait(2_000)
    world.join('D', 1, offer)
    world.join('A', 1, offer)
    world.reveal('A', 1, late)
    for (const name of 'CD') expect(world.verdictOf(name)).toMatchObject({ outcome: 'cancelled' })
    expect(world.conditionOf()).toBe('accepted')
  })

  test('[L11] without a twin nobody is cancelled: every vote of the quorum is needed', () => {
    const world = aWorld('AB')
    world.commit('A', 1)
    expect(world.heard('B', 'verdict')).toEqual([])
  })
})
