import { describe, expect, test } from 'vitest'
import { unitLetters } from '#protocol/api.ts'
import { changesOf, snapshotOf } from '#coordinator/core/views.ts'
import { aJob, World } from './a-world.ts'

describe('jobs', () => {
  test('[J6] the same job submitted again changes nothing, whatever has happened to it', () => {
    const world = new World({ providers: 'AB' })
    for (const name of 'AB') world.deliver(name, 1)
    expect(world.happens({ kind: 'jobSubmitted', terms: world.terms })).toEqual([])
    expect(world.job).toMatchObject({ phase: 'finished', chargedWei: 10n })
    expect(world.state.jobs.size).toBe(1)
  })

  test('[J7] a job one wei short of its cost does not start; at its cost it does', () => {
    const world = new World({ funded: false, providers: 'A' })
    world.fund(world.terms.plan.costWei - 1n)
    expect(world.job.phase).toBe('awaitingFunds')
    expect(world.heard('A', 'assign')).toEqual([])
    world.fund(world.terms.plan.costWei)
    expect(world.job).toMatchObject({ phase: 'running', startedAtMs: world.nowMs })
    expect(world.heard('A', 'assign')).toHaveLength(1)
  })

  test('[J7] funds never fall, and funds of an unknown job are nobody’s', () => {
    const world = new World()
    expect(world.happens({ kind: 'jobFunded', job: world.terms.id, fundedWei: 1n })).toEqual([])
    expect(world.job.fundedWei).toBe(world.terms.plan.budgetWei)
    expect(world.happens({ kind: 'jobFunded', job: `0x${'00'.repeat(32)}`, fundedWei: 9n })).toEqual([])
  })

  test('[J2] a job ends with its last unit, not before', () => {
    const world = new World({ terms: aJob({ unitCount: 2 }), providers: 'AB' })
    for (const name of 'AB') world.deliver(name, 1)
    expect(world.job.phase).toBe('running')
    for (const name of 'AB') world.deliver(name, 1)
    expect(world.job).toMatchObject({ phase: 'finished', finishedAtMs: world.nowMs })
  })

  test('[J2] the job that came first is worked on first', () => {
    const world = new World({ terms: aJob({ unitCount: 1, quorum: 1 }) })
    const second = aJob({ number: 2, quorum: 1 })
    world.happens({ kind: 'jobSubmitted', terms: second })
    world.happens({ kind: 'jobFunded', job: second.id, fundedWei: second.plan.costWei })
    world.join('A', 2)
    expect(world.heard('A', 'assign').map(({ job }) => job)).toEqual([world.terms.id, second.id])
  })

  test('[J5] units that others have begun are given out before fresh ones', () => {
    const world = new World({ terms: aJob({ unitCount: 3 }), providers: 'ABC' })
    const units = Array.from('ABC').map((name) => world.heard(name, 'assign').at(-1)?.unit)
    expect(units).toEqual([0, 0, 1])
  })
})

describe('views', () => {
  test('[J1] the letters of a snapshot are the units’ conditions', () => {
    const world = new World({ terms: aJob({ unitCount: 8 }), providers: 'ABCDE' })
    for (const name of 'AB') world.deliver(name, 1)
    world.commit('C', 1)
    const snapshot = snapshotOf(world.state, world.job, world.nowMs)
    const conditions = Array.from({ length: 8 }, (_, unit) => world.conditionOf(unit))
    expect(conditions).toContain('accepted')
    expect(conditions).toContain('committed')
    expect(conditions).toContain('queued')
    expect(snapshot.kind === 'snapshot' && Array.from(snapshot.units)).toEqual(
      conditions.map((condition) => unitLetters[condition as keyof typeof unitLetters]),
    )
    expect(changesOf(world.state, world.job, [0, 1], world.nowMs)).toMatchObject({
      changed: [
        [0, 'a'],
        [1, 'c'],
      ],
    })
  })

  test('[J1] whoever watches is told of each unit that changes, and of the job', () => {
    const world = new World({ terms: aJob({ unitCount: 2, quorum: 1 }), providers: 'A' })
    world.commit('A', 1)
    expect(world.effects).toContainEqual({ kind: 'changed', job: world.terms.id, unit: 0 })
    expect(world.effects).toContainEqual({ kind: 'changed', job: world.terms.id, unit: 1 })
    expect(world.effects).not.toContainEqual({ kind: 'changed', job: world.terms.id })
  })
})
