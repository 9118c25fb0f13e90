import { describe, expect, test } from 'vitest'
import type { JobAction } from '#protocol/api.ts'
import { controlFault } from '#coordinator/core/job-control.ts'
import { aJob, durations, World } from './a-world.ts'

const control = (world: World, action: JobAction) =>
  world.happens({ kind: 'jobControlled', job: world.terms.id, action })
const given = (world: World, name: string) => world.heard(name, 'assign').length
const aWorld = (unitCount: number, providers: string) => new World({ terms: aJob({ unitCount }), providers })

describe('pausing', () => {
  test('[J8] nothing is handed out while a job is paused, not even to bring a missing vote; then it goes on at once', () => {
    const world = aWorld(3, 'A')
    world.deliver('A', 1)
    control(world, 'pause')
    world.join('B')
    world.wait(1_000)
    expect(given(world, 'B')).toBe(0)
    expect(given(world, 'A')).toBe(2)
    control(world, 'resume')
    expect(given(world, 'B')).toBe(1)
  })

  test('[J8] what is being computed goes on, and counts', () => {
    const world = aWorld(1, 'AB')
    control(world, 'pause')
    for (const name of 'AB') world.deliver(name, 1)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.job.phase).toBe('finished')
  })

  test('[J8] said twice it is said once', () => {
    const world = aWorld(1, 'AB')
    control(world, 'pause')
    expect(control(world, 'pause')).toEqual([])
    control(world, 'resume')
    expect(control(world, 'resume')).toEqual([])
  })

  test('[J8] a pause survives a restart', () => {
    const world = aWorld(2, 'A')
    control(world, 'pause')
    world.restart()
    world.join('B')
    expect(given(world, 'B')).toBe(0)
    control(world, 'resume')
    expect(given(world, 'B')).toBe(1)
  })
})

describe('cancelling', () => {
  test('[J8] [W7] units without a commitment are cancelled, and whoever computes one is told', () => {
    const world = aWorld(5, 'AB')
    control(world, 'cancel')
    for (const name of 'AB') expect(world.verdictOf(name)).toMatchObject({ outcome: 'cancelled' })
    expect(world.job.counts).toMatchObject({ cancelled: 5, queued: 0, leased: 0 })
    expect(world.state.assignments.size).toBe(0)
    expect(world.job.phase).toBe('finished')
    expect(world.job.chargedWei).toBe(0n)
  })

  test('[J8] [M6] and what the job did not spend goes back by the next epoch', () => {
    const world = aWorld(5, 'AB')
    control(world, 'cancel')
    world.wait(0)
    const posted = world.effects.find((effect) => effect.kind === 'postEpoch')
    expect(posted?.epoch.closedJobs).toEqual([world.terms.id])
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    expect(world.job).toMatchObject({ phase: 'settled', refundedWei: world.terms.plan.budgetWei })
  })

  test('[J8] what was committed in time is verified and paid, its missing vote still asked for', () => {
    const world = aWorld(2, 'A')
    world.commit('A', 1)
    control(world, 'cancel')
    expect(world.job.phase).toBe('running')
    expect(world.job.counts).toMatchObject({ committed: 1, cancelled: 1 })
    world.reveal('A', 1, world.heard('A', 'assign')[0]?.assignment)
    world.join('B')
    world.deliver('B', 1)
    expect(world.conditionOf()).toBe('accepted')
    expect(world.ledger).toHaveLength(2)
    expect(world.job).toMatchObject({ phase: 'finished', chargedWei: world.terms.plan.unitPriceWei })
  })

  test('[J8] whoever computes towards a vote that counts goes on', () => {
    const world = aWorld(1, 'AB')
    world.commit('A', 1)
    control(world, 'cancel')
    expect(world.heard('B', 'verdict')).toEqual([])
    world.reveal('A', 1)
    world.deliver('B', 1)
    expect(world.earnedBy('B')).toBe(5n)
  })

  test('[J8] a commitment that is never revealed ends its unit as cancelled, and the job with it', () => {
    const world = aWorld(1, 'A')
    world.commit('A', 1)
    control(world, 'cancel')
    world.wait(durations.revealMs - 1)
    expect(world.conditionOf()).toBe('committed')
    world.wait(1)
    expect(world.conditionOf()).toBe('cancelled')
    expect(world.job.phase).toBe('finished')
  })

  test('[J8] a vote that is refused, or handed back, leaves nothing to verify', () => {
    const world = new World({
      terms: aJob({ comparator: { compare: 'tolerance', atol: 1, rtol: 0, outliers: 0 } }),
    })
    world.join('A')
    world.commit('A', NaN)
    control(world, 'cancel')
    world.reveal('A', NaN)
    expect(world.verdictOf('A')).toMatchObject({ outcome: 'refused' })
    expect(world.conditionOf()).toBe('cancelled')
  })

  test('[J8] an expired attempt, even one that had committed, is no commitment in time', () => {
    const world = aWorld(1, 'A')
    const late = world.assignmentOf('A')
    world.commit('A', 1)
    world.leave('A')
    control(world, 'cancel')
    expect(world.conditionOf()).toBe('cancelled')
    world.join('A')
    world.reveal('A', 1, late)
    expect(world.refusal).toBe('leaseExpired')
  })

  test('[J8] a cancelled job stays cancelled, over restarts too', () => {
    const world = aWorld(4, 'A')
    world.deliver('A', 1)
    control(world, 'cancel')
    const before = { ...world.job.counts }
    world.restart()
    expect(world.job.control).toBe('cancelled')
    expect(world.job.counts).toMatchObject({ cancelled: before.cancelled })
    control(world, 'resume')
    control(world, 'pause')
    expect(world.job.control).toBe('cancelled')
    world.join('B')
    world.deliver('B', 1)
    expect(world.job).toMatchObject({ phase: 'finished', chargedWei: world.terms.plan.unitPriceWei })
  })

  test('[J8] a paused job can be cancelled: its committed units are verified then', () => {
    const world = aWorld(2, 'A')
    world.deliver('A', 1)
    control(world, 'pause')
    control(world, 'cancel')
    world.join('B')
    world.deliver('B', 1)
    expect(world.job.phase).toBe('finished')
    expect(world.job.counts).toMatchObject({ accepted: 1, cancelled: 1 })
  })

  test('[J8] [K5] a job cancelled before it was paid for ends at once: the escrow may not know it', () => {
    const world = new World({ funded: false })
    control(world, 'cancel')
    expect(world.job.phase).toBe('settled')
    world.join('A')
    world.wait(0)
    expect(world.effects.filter((effect) => effect.kind === 'postEpoch')).toEqual([])
    expect(given(world, 'A')).toBe(0)
  })

  test('[J8] funds that arrive after all go back by the next epoch', () => {
    const world = new World({ funded: false })
    control(world, 'cancel')
    world.fund(world.terms.plan.budgetWei)
    world.wait(0)
    expect(world.effects.find((effect) => effect.kind === 'postEpoch')?.epoch.closedJobs).toEqual([
      world.terms.id,
    ])
  })

  test('[J8] of an audited job: what is provisional stays pending, what waits for its round is checked, then it ends', () => {
    const world = new World({
      terms: aJob({ unitCount: 3, quorum: 1 }),
      policy: { auditRateUnspotted: 0 },
      anchors: 'A',
    })
    // All the rounds that results wait for.
    const publish = () => {
      for (const round of [...world.state.beacon.waiting.keys()])
        world.happens({ kind: 'beaconPublished', round, value: `0x${'11'.repeat(32)}` })
    }
    world.join('A')
    world.deliver('A', 1)
    publish()
    expect(world.job.open.has(0)).toBe(false)
    expect(world.conditionOf(0)).toBe('provisional')
    world.wait(5_000)
    world.deliver('A', 1)
    control(world, 'cancel')
    expect(world.job.counts).toMatchObject({ provisional: 2, cancelled: 1 })
    expect(world.job.phase).toBe('running')
    publish()
    expect(world.job.open.size).toBe(0)
    expect(world.job.counts).toMatchObject({ provisional: 2, cancelled: 1 })
  })
})

describe('what cannot be done', () => {
  test('[J8] a job that has ended is refused, a cancelled one cannot be resumed; the same again is no fault', () => {
    const world = aWorld(1, 'AB')
    expect(controlFault(world.job, 'resume')).toBeUndefined()
    for (const name of 'AB') world.deliver(name, 1)
    for (const action of ['pause', 'resume', 'cancel'] as const) {
      expect(controlFault(world.job, action)?.reason).toBe('wrongState')
      expect(control(world, action)).toEqual([])
    }
    const other = aWorld(1, 'A')
    control(other, 'cancel')
    expect(controlFault(other.job, 'cancel')).toBeUndefined()
    expect(controlFault(other.job, 'resume')?.reason).toBe('wrongState')
  })

  test('[J8] a job nobody knows changes nothing', () => {
    const world = aWorld(1, 'A')
    expect(world.happens({ kind: 'jobControlled', job: `0x${'00'.repeat(32)}`, action: 'cancel' })).toEqual(
      [],
    )
  })
})
