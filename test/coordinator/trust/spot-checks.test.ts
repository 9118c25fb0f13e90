import { describe, expect, test } from 'vitest'
import { isErrand } from '#protocol/ids.ts'
import { providerOf, World } from '../core/a-world.ts'
import { answerSpots, right, spotsOf, spotsOnly, spottedTerms, wrongIn } from './a-spotted-world.ts'

const terms = spottedTerms
const policy = spotsOnly

function spotted(options: { anchors?: string } = {}): World {
  const world = new World({ terms, policy, providers: 'A', ...options })
  world.deliverBytes('A', right)
  world.publish()
  return world
}

describe('[X7] a unit that is not audited is checked by two of its 64 spots', () => {
  test('[M1] they agree: the checker earns 1/64 of the price for each, and the unit is provisional', () => {
    const world = spotted()
    expect(spotsOf(world, 0)).toHaveLength(2)
    world.join('B')
    world.wait(6_000)
    world.deliverBytes('B', right)
    answerSpots(world, 'B')
    expect([world.earnedBy('B'), world.pendingOf('A')]).toEqual([10n, 0n])
    // The other spot is for another; only when nobody else has come for long does the same one get it.
    world.wait(5_000)
    expect(world.job.spots.waiting).toHaveLength(1)
    world.wait(10_000)
    world.deliverBytes('B', right)
    answerSpots(world, 'B')
    expect([world.earnedBy('B'), world.pendingOf('A')]).toEqual([20n, 640n])
    expect(world.job.chargedWei).toBe(20n)
    expect(world.job.spots.outstanding).toBe(0)
  })

  test('[F1] one differs: the whole unit is computed by an anchor; the cheat is convicted, its finder paid', () => {
    const world = spotted({ anchors: 'C' })
    const wrong = spotsOf(world, 0)
    world.join('B')
    world.wait(6_000)
    world.deliverBytes('B', right)
    answerSpots(world, 'B', wrong)
    expect(world.conditionOf(0)).toBe('disputed')
    expect(world.earnedBy('B')).toBe(0n)
    // The anchor, and then another who settles the tie, find what the spots had found.
    const truth = wrongIn(wrong)
    for (const name of 'CD') {
      world.join(name)
      const order = world.heard(name, 'assign').find(({ unit }) => unit === 0)
      if (!order) continue
      world.deliverBytes(name, truth, order.assignment)
    }
    expect(world.conditionOf(0)).toBe('accepted')
    expect(world.earnedBy('A')).toBe(0n)
    expect(world.earnedBy('B')).toBe(10n)
    expect(world.earnedBy('C')).toBe(640n)
  })

  test('[F11] a false alarm: the accused is paid, the accuser is not', () => {
    const world = spotted({ anchors: 'C' })
    const [accused = 0] = spotsOf(world, 0)
    world.join('B')
    world.wait(6_000)
    world.deliverBytes('B', right)
    answerSpots(world, 'B', [accused])
    world.join('C')
    const order = world.heard('C', 'assign').find(({ unit }) => unit === 0)
    expect(order).toBeDefined()
    world.deliverBytes('C', right, order?.assignment)
    expect(world.conditionOf(0)).toBe('accepted')
    expect(world.earnedBy('A')).toBe(640n)
    expect(world.earnedBy('B')).toBe(0n)
    expect(world.state.standings.get(providerOf('B'))?.missedAtUnits).toBeDefined()
  })

  test('[F2] of units that were computed by halves, the draw meets the other half in three of four', () => {
    const world = new World({ terms, policy, providers: 'A' })
    for (let unit = 0; unit < 40; unit += 1) {
      world.deliverBytes('A', right)
      world.publish()
    }
    const units = Array.from({ length: 40 }, (_, unit) => spotsOf(world, unit))
    expect(units.every((spots) => spots.length === 2)).toBe(true)
    const found = units.filter((spots) => spots.some((spot) => spot >= 32)).length
    // Binomial, p = 3/4: 30 of 40 are expected, four standard deviations are 11.
    expect(found).toBeGreaterThan(19)
    expect(found).toBeLessThan(40)
  })

  test('spots of a checker that vanishes go to another; nobody checks its own', () => {
    const world = spotted()
    world.wait(6_000)
    expect(world.job.spots.bundles.size).toBe(0)
    world.join('B')
    world.wait(250)
    expect([...world.job.spots.bundles.values()].map(({ checker }) => checker)).toEqual([providerOf('B')])
    world.leave('B')
    world.join('D')
    world.wait(250)
    expect([...world.job.spots.bundles.values()].map(({ checker }) => checker)).toEqual([providerOf('D')])
  })

  test('bytes that are no bundle are refused, and the spots go to another', () => {
    const world = spotted()
    world.join('B')
    world.wait(6_000)
    world.deliverBytes('B', right)
    const order = world.heard('B', 'assign').findLast(({ assignment }) => isErrand(assignment))
    world.deliverBytes('B', Uint8Array.of(9, 9, 9), order?.assignment)
    expect(world.verdictOf('B')).toMatchObject({ outcome: 'refused', reason: 'malformed' })
    expect(world.job.spots.waiting).toHaveLength(2)
    expect(world.earnedBy('B')).toBe(0n)
  })

  test('[D2] after a restart spots that were being re-run wait again, and a late answer is turned away', () => {
    const world = spotted()
    world.join('B')
    world.wait(6_000)
    world.deliverBytes('B', right)
    const order = world.heard('B', 'assign').findLast(({ assignment }) => isErrand(assignment))
    world.restart()
    expect(world.job.spots.waiting).toHaveLength(2)
    world.join('B')
    world.commitBytes('B', right, order?.assignment)
    expect(world.refusal).toBe('leaseExpired')
  })

  test('[M2] without funds for spots a unit is audited instead', () => {
    const poor = {
      ...terms,
      plan: { ...terms.plan, budgetWei: terms.plan.unitPriceWei * 80n, costWei: 640n * 80n },
    }
    const world = new World({ terms: poor, policy, providers: 'A' })
    world.deliverBytes('A', right)
    world.publish()
    expect(world.job.open.get(0)?.draw.kind).toBe('audit')
  })
})
