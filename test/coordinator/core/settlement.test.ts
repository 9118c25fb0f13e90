import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Effect } from '#coordinator/core/effects.ts'
import { jobViewOf, providerSumsOf } from '#coordinator/core/views.ts'
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
    expect(epoch).toEqual({
      number: 1,
      earnings: inAnyOrder(fiveEach),
      charges: [{ job: world.terms.id, cumulativeWei: 10n }],
      closedJobs: [],
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
})
