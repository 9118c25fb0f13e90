import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { jobViewOf, providerSumsOf } from '#coordinator/core/views.ts'
import { answerTo } from '../../simulation/simulated-auditors.ts'
import { aJob, durations, providerOf, World } from './a-world.ts'

const orders = (effects: readonly Effect[]) =>
  effects.filter((effect) => effect.kind === 'postEpoch' || effect.kind === 'pushClaims')

const fiveEach = Array.from('AB').map((name) => ({ provider: providerOf(name), cumulativeWei: 5n }))
const inAnyOrder = (entries: readonly object[]): unknown =>
  expect.toSatisfy((found: readonly object[]) => isDeepStrictEqual(new Set(found), new Set(entries)))

/** A world with one of its units accepted, of two. */
function aWorldWithEarnings(unitCount = 2): World {
  const world = new World({ terms: aJob({ unitCount }), providers: 'AB' })
  const assignments = Array.from('AB').map((name) => [name, world.assignmentOf(name)] as const)
  for (const [name, assignment] of assignments) world.deliver(name, 1, assignment)
  return world
}

const epochOf = (world: World) => {
  const order = orders(world.effects).find((effect) => effect.kind === 'postEpoch')
  if (!order) throw new Error('no epoch was ordered')
  return order.epoch
}

describe('settlement', () => {
  test('[M7] an epoch is durable before it is sent, and holds sums so far', () => {
    const world = aWorldWithEarnings()
    world.wait(0)
    const epoch = epochOf(world)
    expect(epoch).toMatchObject({
      number: 1,
      earnings: inAnyOrder(fiveEach),
      charges: [{ job: world.terms.id, cumulativeWei: 10n }],
      closedJobs: [],
      attestation: { epoch: 1, totalEarnedWei: 10n, totalChargedWei: 10n },
    })
    expect(world.effects.findIndex((effect) => effect.kind === 'persist')).toBeLessThan(
      world.effects.findIndex((effect) => effect.kind === 'postEpoch'),
    )
  })

  test('[M7] after a failure the very same epoch is sent again, not before its pause, whatever was earned since', () => {
    const world = aWorldWithEarnings()
    world.wait(0)
    const first = epochOf(world)
    world.happens({ kind: 'chainFailed', reason: 'out of gas' })
    const assignments = Array.from('AB').map((name) => [name, world.assignmentOf(name)] as const)
    for (const [name, assignment] of assignments) world.deliver(name, 1, assignment)
    world.wait(durations.chainRetryMs - 1)
    expect(orders(world.effects)).toEqual([])
    world.wait(1)
    expect(epochOf(world)).toEqual(first)
    world.wait(100_000)
    expect(orders(world.effects)).toEqual([])
  })

  test('[M7] the report of another epoch is ignored', () => {
    const world = aWorldWithEarnings()
    world.wait(0)
    for (const epoch of [0, 2])
      expect(world.happens({ kind: 'epochPosted', epoch, transaction: undefined })).toEqual([])
    expect(world.state.accounts.get(providerOf('A'))?.settledWei).toBe(0n)
  })

  test('[M4] posted: claimable, and claims are sent; paid: claimed; reported again: nothing', () => {
    const world = aWorldWithEarnings()
    world.wait(0)
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: `0x${'01'.repeat(32)}` })
    expect(providerSumsOf(world.state, providerOf('A'))).toMatchObject({
      pendingWei: 0n,
      claimableWei: 5n,
      claimedWei: 0n,
    })
    const [push] = orders(world.effects)
    expect(push).toMatchObject({ kind: 'pushClaims', claims: inAnyOrder(fiveEach) })
    world.happens({ kind: 'claimsPaid', paid: fiveEach, transaction: undefined })
    expect(providerSumsOf(world.state, providerOf('A'))).toMatchObject({ claimableWei: 0n, claimedWei: 5n })
    expect(world.heard('A', 'account').at(-1)).toMatchObject({ claimableWei: 0n, claimedWei: 5n })
    expect(world.happens({ kind: 'claimsPaid', paid: fiveEach, transaction: undefined })).toEqual([])
    expect(world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })).toEqual([])
  })

  test('[M7] failed claims are sent again after their pause', () => {
    const world = aWorldWithEarnings()
    world.wait(0)
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    const [first] = orders(world.effects)
    world.happens({ kind: 'chainFailed', reason: 'no connection' })
    world.wait(durations.chainRetryMs)
    expect(orders(world.effects)).toEqual([first])
  })

  test('[M7] the next epoch waits its span, and comes only when there is something to settle', () => {
    const world = aWorldWithEarnings()
    world.wait(0)
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    world.happens({ kind: 'claimsPaid', paid: fiveEach, transaction: undefined })
    world.wait(durations.epochMs)
    expect(orders(world.effects)).toEqual([])
    const assignments = Array.from('AB').map((name) => [name, world.assignmentOf(name)] as const)
    for (const [name, assignment] of assignments) world.deliver(name, 1, assignment)
    world.wait(0)
    expect(epochOf(world)).toMatchObject({
      number: 2,
      charges: [{ cumulativeWei: 20n }],
      closedJobs: [world.terms.id],
    })
    expect(epochOf(world).earnings.map(({ cumulativeWei }) => cumulativeWei)).toEqual([10n, 10n])
  })

  test('[M6] a finished job is closed by its epoch, and what it did not spend goes back', () => {
    const world = aWorldWithEarnings(1)
    world.wait(0)
    expect(epochOf(world).closedJobs).toEqual([world.terms.id])
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    expect(jobViewOf(world.state, world.job, world.nowMs)).toMatchObject({
      state: 'settled',
      chargedWei: 10n,
      refundedWei: 7n,
    })
  })

  test('[M6] a job that was accepted in no unit is closed without a charge', () => {
    const world = new World({ providers: 'ABCDEFGH' })
    Array.from('ABCDEFGH').forEach((name, index) => {
      world.deliver(name, index)
    })
    world.wait(0)
    expect(epochOf(world)).toMatchObject({ earnings: [], charges: [], closedJobs: [world.terms.id] })
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    expect(jobViewOf(world.state, world.job, world.nowMs)).toMatchObject({
      state: 'settled',
      refundedWei: world.terms.plan.budgetWei,
    })
  })

  describe('[M9] an epoch and its auditors', () => {
    const attestation = (world: World) => epochOf(world).attestation
    const aWorldByHand = () => {
      const world = aWorldWithEarnings()
      world.answersOrders = false
      world.wait(0)
      return world
    }
    const kinds = (effects: readonly Effect[]) =>
      effects.flatMap((effect) =>
        effect.kind === 'persist' ? [effect.record.table] : effect.kind === 'send' ? [] : [effect.kind],
      )
    const answer = (world: World) => {
      const order = world.effects.find(
        (effect) => effect.kind === 'prepareEpoch' || effect.kind === 'attestEpoch',
      )
      if (!order) throw new Error('nothing was ordered')
      return world.happens(answerTo(order))
    }

    test('its contents are durable before its root is asked for, its attestation before an auditor is, their signatures before the chain is', () => {
      const world = aWorldByHand()
      expect(kinds(world.effects)).toEqual(['epochs', 'prepareEpoch'])
      expect(kinds(answer(world))).toEqual(['epochs', 'attestEpoch'])
      expect(kinds(answer(world))).toEqual(['epochs', 'postEpoch'])
      const { signatures } = epochOf(world)
      const auditors = signatures.map(({ auditor }) => auditor)
      expect(auditors).toEqual(auditors.toSorted())
    })

    test.each([0, 1, 2])('after a restart at step %i it goes on there with the very same', (steps) => {
      const world = aWorldByHand()
      for (let step = 0; step < steps; step += 1) answer(world)
      const order = world.effects.at(-1)
      world.restart()
      world.wait(0)
      expect(world.effects).toContainEqual(order)
    })

    test('a failure of any step is repeated after its pause, the very same', () => {
      const world = aWorldByHand()
      for (let step = 0; step < 3; step += 1) {
        const order = world.effects.at(-1)
        world.happens({ kind: 'chainFailed', reason: 'no connection' })
        world.wait(durations.chainRetryMs - 1)
        expect(kinds(world.effects)).toEqual([])
        world.wait(1)
        expect(world.effects).toEqual([order])
        if (step < 2) answer(world)
      }
    })

    test('stopped at any step, it is never sent again; what it held comes under the next number', () => {
      for (let steps = 0; steps < 3; steps += 1) {
        const world = aWorldByHand()
        for (let step = 0; step < steps; step += 1) answer(world)
        world.happens({ kind: 'epochStopped', epoch: 1, reason: 'vetoed' })
        world.answersOrders = true
        world.restart()
        world.wait(durations.chainRetryMs)
        expect(epochOf(world)).toMatchObject({ number: 2, earnings: inAnyOrder(fiveEach) })
        world.happens({ kind: 'epochPosted', epoch: 2, transaction: undefined })
        expect(providerSumsOf(world.state, providerOf('A'))).toMatchObject({ claimableWei: 5n })
      }
    })

    test('what is pending is looked after again, and claimed only once it is in effect', () => {
      const world = aWorldWithEarnings()
      world.wait(0)
      const order = world.effects.at(-1)
      const activatesAtMs = world.nowMs + 2 * durations.chainRetryMs
      world.happens({ kind: 'epochPending', epoch: 1, activatesAtMs })
      world.wait(2 * durations.chainRetryMs - 1)
      expect(orders(world.effects)).toEqual([])
      expect(providerSumsOf(world.state, providerOf('A')).claimableWei).toBe(0n)
      world.wait(1)
      expect(world.effects).toEqual([order])
      world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
      expect(orders(world.effects)).toMatchObject([{ kind: 'pushClaims' }])
    })

    test('what was charged before is part of the sum that is attested', () => {
      const world = aWorldWithEarnings()
      world.wait(0)
      world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
      world.happens({ kind: 'claimsPaid', paid: fiveEach, transaction: undefined })
      const assignments = Array.from('AB').map((name) => [name, world.assignmentOf(name)] as const)
      for (const [name, assignment] of assignments) world.deliver(name, 1, assignment)
      world.wait(durations.epochMs)
      expect(attestation(world)).toMatchObject({ epoch: 2, totalEarnedWei: 20n, totalChargedWei: 20n })
    })

    test('answers about another epoch are not heard', () => {
      const world = aWorldByHand()
      for (const epoch of [0, 2]) {
        const root = `0x${'00'.repeat(32)}` as const
        const events: Event[] = [
          { kind: 'epochPrepared', epoch, payRoot: root, logHead: { size: 1, root } },
          { kind: 'epochAttested', epoch, signatures: [] },
          { kind: 'epochPending', epoch, activatesAtMs: 0 },
          { kind: 'epochStopped', epoch, reason: 'another' },
        ]
        for (const event of events) expect(world.happens(event)).toEqual([])
      }
    })
  })
})
