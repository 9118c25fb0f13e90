import { describe, expect, test } from 'vitest'
import type { FromCoordinator } from '#protocol/messages.ts'
import { sessionStateOf } from '#web/core/session-view.ts'
import { nextWakeMs } from '#web/core/session-wake.ts'
import type { SessionEffect } from '#web/core/session-state.ts'
import { anOrder, assignmentOf, namesOf, SessionWorld } from './session-world.ts'

const { leaseMs } = anOrder(0)
const started = () => new SessionWorld().start()
/** What was asked for about leases, in order. */
const renewals = (effects: readonly SessionEffect[]) =>
  namesOf(effects).filter((name) => name.startsWith('renew'))
const renewed = (unit: number, grantedMs: number): FromCoordinator => ({
  type: 'renewed',
  assignment: assignmentOf(unit),
  leaseMs: grantedMs,
})

describe('leases of units in work', () => {
  test('[W36] more time is asked for when 60 % of the lease has passed, not before, and once', () => {
    const world = started()
    world.hear(anOrder(0))
    expect(renewals(world.pass(0.6 * leaseMs - 1))).toEqual([])
    expect(renewals(world.pass(1))).toEqual(['renew 0'])
    expect(renewals(world.pass(10 * leaseMs))).toEqual([])
  })

  test('[W36] and again when 60 % of what was granted has passed', () => {
    const world = started()
    world.hear(anOrder(0))
    world.pass(0.6 * leaseMs)
    world.hear(renewed(0, 20_000))
    expect(renewals(world.pass(11_999))).toEqual([])
    expect(renewals(world.pass(1))).toEqual(['renew 0'])
  })

  test('[W36] units that wait for a lane are renewed like those that have one, and keep their time when they get it', () => {
    const world = started()
    for (const unit of [0, 1, 2]) world.hear(anOrder(unit))
    world.pass(0.5 * leaseMs)
    expect(namesOf(world.compute(0))).toContain('compute 2')
    expect(renewals(world.pass(0.1 * leaseMs))).toEqual(['renew 1', 'renew 2'])
  })

  test('[W36] the session is woken for it, whatever else is due', () => {
    const world = new SessionWorld()
    world.step({ type: 'startAsked' })
    world.greet()
    // Heartbeats, the only other thing that is due, are told apart by their pace.
    world.hear({ ...anOrder(0), leaseMs: 3_000 })
    const wakes: number[] = []
    for (let count = 0; count < 2; count += 1) {
      const wakeMs = nextWakeMs(world.session) ?? NaN
      wakes.push(wakeMs - world.nowMs)
      world.pass(wakeMs - world.nowMs)
    }
    expect(wakes).toEqual([1_000, 800])
  })

  test('[W36] nothing is asked for a unit that is computed, failed or let go of', () => {
    const world = started()
    for (const unit of [0, 1]) world.hear(anOrder(unit))
    world.compute(0)
    world.hear({ type: 'verdict', assignment: assignmentOf(1), outcome: 'cancelled' })
    expect(renewals(world.pass(leaseMs))).toEqual([])
    world.hear(renewed(0, 60_000))
    expect(renewals(world.pass(leaseMs))).toEqual([])
  })

  test('[W36] a lease does not outlive its connection: the unit goes on, unrenewed, and its result is sent', () => {
    const world = started()
    world.hear(anOrder(0))
    world.step({ type: 'linkLost', reason: 'connectionLost' })
    world.pass(1_000)
    world.greet()
    expect(renewals(world.pass(2 * leaseMs))).toEqual([])
    expect(namesOf(world.compute(0))).toContain('commit 0')
  })

  test('[W36] a renewal that is refused lets go of the unit', () => {
    const world = started()
    world.hear(anOrder(0))
    world.pass(0.6 * leaseMs)
    world.hear({ type: 'refuse', reason: 'leaseExpired', message: '', assignment: assignmentOf(0) })
    expect(sessionStateOf(world.session, world.nowMs)).toEqual({ kind: 'waiting' })
    expect(world.compute(0)).toEqual([])
  })

  test('[W36] a lease of two seconds is asked for again, a shorter one is near its end for good', () => {
    const world = started()
    world.hear(anOrder(0))
    world.pass(0.6 * leaseMs)
    world.hear(renewed(0, 2_000))
    expect(renewals(world.pass(1_200))).toEqual(['renew 0'])
    world.hear(renewed(0, 1_999))
    expect(renewals(world.pass(leaseMs))).toEqual([])
  })
})
