import { describe, expect, test } from 'vitest'
import { protocolVersion } from '#protocol/limits.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { aChallenge, anOrder, assignmentOf, namesOf, sentBy, SessionWorld } from './session-world.ts'

const challenge = {
  type: 'challenge',
  challenge: aChallenge,
  chainId: 31337,
  version: protocolVersion,
} as const

/** A session on an open link that is not measured yet. */
function unmeasured(): SessionWorld {
  const world = new SessionWorld()
  world.step({ type: 'startAsked' })
  world.step({ type: 'linkOpened' })
  return world
}

describe('the offer', () => {
  test('is made while the link opens, and the greeting waits for it', () => {
    const world = unmeasured()
    expect(world.hear(challenge)).toEqual([])
    const greeting = sentBy(world.step({ type: 'offerMade', offer: anOffer() }))
    expect(greeting).toMatchObject([{ type: 'greet', offer: anOffer() }])
  })

  test('is made once: a link that is opened anew asks for no other measurement', () => {
    const world = new SessionWorld().start()
    world.step({ type: 'linkLost', reason: 'connectionLost' })
    const effects = [...world.pass(30_000), ...world.greet()]
    expect(namesOf(effects)).toEqual(['openLink', 'greet'])
  })

  test('is not asked for twice while a first measurement runs', () => {
    const world = unmeasured()
    world.step({ type: 'linkLost', reason: 'connectionLost' })
    expect(namesOf(world.pass(5_000))).toEqual(['openLink'])
  })

  test('is said once for each change, and not when it was only made anew', () => {
    const world = new SessionWorld().start()
    const offer = anOffer({ minimumWeiPerHour: 5n })
    expect(sentBy(world.step({ type: 'offerMade', offer }))).toEqual([{ type: 'offer', offer }])
    expect(world.step({ type: 'offerMade', offer: anOffer({ minimumWeiPerHour: 5n }) })).toEqual([])
    expect(world.hear(anOrder(0)).map((effect) => effect.type)).toEqual(['compute'])
  })

  test('that changes between greeting and welcome is said after it', () => {
    const world = unmeasured()
    world.step({ type: 'offerMade', offer: anOffer() })
    world.hear(challenge)
    const offer = anOffer({ dataBytesMax: 0 })
    expect(world.step({ type: 'offerMade', offer })).toEqual([])
    expect(sentBy(world.hear({ type: 'welcome', heartbeatMs: 1_000 }))).toEqual([{ type: 'offer', offer }])
  })

  test('that changed while the link was gone is what the next greeting carries', () => {
    const world = new SessionWorld().start()
    world.step({ type: 'linkLost', reason: 'connectionLost' })
    const offer = anOffer({ pools: ['friends'] })
    world.step({ type: 'offerMade', offer })
    world.pass(30_000)
    expect(sentBy(world.greet())).toMatchObject([{ type: 'greet', offer }])
  })
})

describe('a GPU that cannot be measured', () => {
  test('is measured again, then waited for, and the third time the browser must be restarted', () => {
    const world = unmeasured()
    expect(namesOf(world.step({ type: 'offerFailed' }))).toEqual(['makeOffer'])
    expect(namesOf(world.step({ type: 'offerFailed' }))).toEqual(['closeLink'])
    expect(world.state).toMatchObject({ kind: 'reconnecting', reason: 'gpuLost' })
    expect(namesOf(world.pass(5_000))).toEqual(['probeGpu'])
    expect(namesOf(world.step({ type: 'gpuProbed', found: true }))).toEqual(['openLink', 'makeOffer'])
    world.step({ type: 'offerFailed' })
    expect(world.state).toEqual({ kind: 'stopped', reason: 'browserRestartNeeded' })
  })
})

describe('a provisional verdict', () => {
  test('lets the result go, counts apart, and waits for the sums as an acceptance does', () => {
    const world = new SessionWorld().start()
    world.hear(anOrder(0))
    world.compute(0)
    world.receipt(0)
    world.step({ type: 'stopAsked', when: 'afterUnit' })
    world.hear({ type: 'verdict', assignment: assignmentOf(0), outcome: 'provisional' })
    expect(world.session.held.size).toBe(0)
    expect(world.session.counts).toEqual({ computed: 1, accepted: 0, provisional: 1, refused: 0 })
    expect(world.state).toEqual({ kind: 'finishing' })
    expect(namesOf(world.account())).toEqual(['leave', 'closeLink'])
  })
})
