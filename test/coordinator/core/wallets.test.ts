import { describe, expect, test } from 'vitest'
import { providerSumsOf } from '#coordinator/core/views.ts'
import { linkFault } from '#coordinator/core/wallets.ts'
import { aJob, durations, providerOf, World } from './a-world.ts'

/** A job of units that two of them settle, at 5 wei each. */
const aWorld = (unitCount = 9) => new World({ terms: aJob({ unitCount }), providers: 'AB' })

function acceptOne(world: World): void {
  const assignments = Array.from('AB').map((name) => [name, world.assignmentOf(name)] as const)
  for (const [name, assignment] of assignments) world.deliver(name, 1, assignment)
}

/** Lets the epoch be posted that is ordered now. */
function settle(world: World): void {
  world.wait(0)
  const { chainWork } = world.state
  if (chainWork.kind !== 'proposing') throw new Error('no epoch was ordered')
  world.happens({ kind: 'epochPosted', epoch: chainWork.epoch.number, transaction: undefined })
}

function pay(world: World): void {
  const order = world.effects.find((effect) => effect.kind === 'pushClaims')
  if (!order) throw new Error('no claims were ordered')
  world.happens({ kind: 'claimsPaid', paid: order.claims, transaction: undefined })
  world.wait(durations.epochMs)
}

const sums = (world: World, name: string) => providerSumsOf(world.state, providerOf(name))
const faultOf = (world: World, name: string, wallet: string, serial: number) =>
  linkFault(world.state, { provider: providerOf(name), wallet: providerOf(wallet), serial })?.reason

describe('[Y3] whom a provider’s pay goes to', () => {
  test('what no root has promised goes to the wallet with the first link, and so does all that comes', () => {
    const world = aWorld()
    acceptOne(world)
    world.link('A', 'W')
    expect([world.earnedBy('A'), world.earnedBy('W'), world.earnedBy('B')]).toEqual([0n, 5n, 5n])
    acceptOne(world)
    expect([world.earnedBy('A'), world.earnedBy('W')]).toEqual([0n, 10n])
    settle(world)
    pay(world)
    expect(sums(world, 'W').claimedWei).toBe(10n)
  })

  test('what a root has promised stays where it is, even while that root is on its way', () => {
    const world = aWorld()
    acceptOne(world)
    world.wait(0)
    expect(world.state.chainWork.kind).toBe('proposing')
    acceptOne(world)
    world.link('A', 'W')
    expect([world.earnedBy('A'), world.earnedBy('W')]).toEqual([5n, 5n])
    settle(world)
    pay(world)
    expect([sums(world, 'A').claimedWei, sums(world, 'W').earnedWei]).toEqual([5n, 5n])
    settle(world)
    pay(world)
    expect(sums(world, 'W').claimedWei).toBe(5n)
  })

  test('two providers share a wallet, and one that leaves it takes nothing of the other’s', () => {
    const world = aWorld()
    acceptOne(world)
    for (const name of 'AB') world.link(name, 'W')
    acceptOne(world)
    world.link('A', 'V')
    world.wait(durations.relinkMs)
    acceptOne(world)
    expect([world.earnedBy('W'), world.earnedBy('V')]).toEqual([25n, 5n])
  })

  test('pay may go back to the session key’s own account', () => {
    const world = aWorld()
    world.link('A', 'W')
    world.link('A', 'A')
    world.wait(durations.relinkMs)
    acceptOne(world)
    expect([world.earnedBy('A'), world.earnedBy('W')]).toEqual([5n, 0n])
  })

  test('all of it survives a restart at any moment', () => {
    const world = aWorld()
    const kept = () => {
      const before = Array.from('ABVW').map((name) => sums(world, name))
      world.restart()
      expect(Array.from('ABVW').map((name) => sums(world, name))).toEqual(before)
      for (const name of 'AB') world.join(name)
    }
    acceptOne(world)
    settle(world)
    acceptOne(world)
    world.link('A', 'W')
    kept()
    acceptOne(world)
    world.link('A', 'V')
    kept()
    world.wait(durations.relinkMs)
    acceptOne(world)
    kept()
    expect([world.earnedBy('A'), world.earnedBy('W'), world.earnedBy('V')]).toEqual([5n, 10n, 5n])
  })

  test('a provider is told what accrues to its wallet, also by another’s work', () => {
    const world = aWorld()
    for (const name of 'AB') world.link(name, 'W')
    acceptOne(world)
    expect(world.heard('A', 'account').at(-1)).toMatchObject({ accepted: 1, earnedWei: 10n })
    settle(world)
    expect(world.heard('B', 'account').at(-1)).toMatchObject({ earnedWei: 0n, claimableWei: 10n })
    pay(world)
    expect(world.heard('A', 'account').at(-1)).toMatchObject({ claimableWei: 0n, claimedWei: 10n })
  })
})

describe('[Y4] a change of wallet', () => {
  test('waits; until then the former one is paid', () => {
    const world = aWorld()
    world.link('A', 'V')
    world.link('A', 'W')
    world.wait(durations.relinkMs - 1)
    acceptOne(world)
    expect([world.earnedBy('V'), world.earnedBy('W')]).toEqual([5n, 0n])
    world.wait(1)
    acceptOne(world)
    expect([world.earnedBy('V'), world.earnedBy('W')]).toEqual([5n, 5n])
  })

  test('waits across a restart, from when it was asked for', () => {
    const world = aWorld()
    world.link('A', 'V')
    world.link('A', 'W')
    world.wait(durations.relinkMs / 2)
    world.restart()
    for (const name of 'AB') world.join(name)
    world.wait(durations.relinkMs / 2)
    acceptOne(world)
    expect(world.earnedBy('W')).toBe(5n)
  })

  test('is taken back by a link to the present wallet, and replaced by another change', () => {
    const world = aWorld()
    world.link('A', 'V')
    world.link('A', 'W')
    world.link('A', 'V')
    world.wait(durations.relinkMs)
    acceptOne(world)
    expect([world.earnedBy('V'), world.earnedBy('W')]).toEqual([5n, 0n])
    world.link('A', 'W')
    world.link('A', 'B')
    world.wait(durations.relinkMs)
    acceptOne(world)
    expect([world.earnedBy('W'), world.earnedBy('B')]).toEqual([0n, 15n])
  })
})

describe('[Y2] a link', () => {
  test('has the next serial, and an old one changes nothing', () => {
    const world = aWorld()
    world.link('A', 'W', 1)
    for (const serial of [0, 1, 3]) {
      expect(faultOf(world, 'A', 'V', serial)).toBe('wrongState')
      world.link('A', 'V', serial)
    }
    world.wait(durations.relinkMs)
    acceptOne(world)
    expect([world.earnedBy('V'), world.earnedBy('W')]).toEqual([0n, 5n])
    expect(faultOf(world, 'A', 'V', 2)).toBeUndefined()
  })

  test('is refused to who has never computed here, to where pay goes already, and without end', () => {
    const world = aWorld()
    expect(faultOf(world, 'Z', 'W', 1)).toBe('notFound')
    expect(faultOf(world, 'A', 'A', 1)).toBe('wrongState')
    for (let serial = 1; serial <= 64; serial += 1) world.link('A', serial % 2 ? 'W' : 'V', serial)
    expect(faultOf(world, 'A', 'W', 65)).toBe('wrongState')
  })
})
