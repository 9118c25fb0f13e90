import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Needs } from '#protocol/needs.ts'
import type { Job, Provider } from '#coordinator/core/state.ts'
import { headStarts, noteServed, rankJobs } from '#coordinator/core/market/rank.ts'
import { accountOf, MarketWorld } from './a-market.ts'

const unitMs = 1_000

/** A world of one provider that is never given anything but by `serve`; jobs of these requesters, in this order. */
function aWorld(requesters: readonly number[], needs: readonly Partial<Needs>[] = []) {
  const world = new MarketWorld()
  const jobs = requesters.map((requester, place) =>
    world.start({ requester: accountOf(requester), unitCount: 1_000_000, needs: needs[place] ?? {} }),
  )
  return { world, jobs, provider: world.join(1, { causes: { never: ['science'] } }) }
}

/** Serves the job whose turn it is. */
function serve({ state, nowMs }: MarketWorld, provider: Provider, servedMs = unitMs): Job {
  for (const job of rankJobs(state, provider, nowMs)) {
    noteServed(state, job, servedMs)
    return job
  }
  throw new Error('there are jobs')
}

function countServed(world: MarketWorld, provider: Provider, times: number): Map<Job, number> {
  const counts = new Map<Job, number>()
  for (let time = 0; time < times; time += 1) {
    const job = serve(world, provider)
    counts.set(job, (counts.get(job) ?? 0) + 1)
  }
  return counts
}

describe('turns', () => {
  test('[N3] requesters take turns, however many jobs each of them has', () => {
    const { world, jobs, provider } = aWorld([1, 1, 1, 2])
    const counts = countServed(world, provider, 400)
    const ofFirst = jobs.slice(0, 3).reduce((sum, job) => sum + (counts.get(job) ?? 0), 0)
    expect(ofFirst).toBe(200)
  })

  test("[N3] turns are of the GPUs' time, not of units", () => {
    const { world, jobs, provider } = aWorld([1, 2])
    const servedMs = [0, 0]
    for (let time = 0; time < 1_000; time += 1) {
      const [next] = rankJobs(world.state, provider, world.nowMs)
      const place = next === jobs[0] ? 0 : 1
      const lasts = place === 0 ? 100 : 700
      serve(world, provider, lasts)
      servedMs[place] = (servedMs[place] ?? 0) + lasts
    }
    expect(Math.abs((servedMs[0] ?? 0) - (servedMs[1] ?? 0))).toBeLessThanOrEqual(700)
  })

  test('[N3] one who comes later does not get what was missed, nor one who came back from a pause', () => {
    const { world, jobs, provider } = aWorld([1])
    countServed(world, provider, 1_000)
    const late = world.start({ requester: accountOf(2), unitCount: 1_000 })
    const share = countServed(world, provider, 100).get(late) ?? 0
    // Half, and what the others may have had ahead of their turn.
    expect(share).toBeGreaterThanOrEqual(50)
    expect(share).toBeLessThanOrEqual(50 + headStarts.cachedMs / unitMs)
    const [early] = jobs
    world.happens({ kind: 'jobControlled', job: late.terms.id, action: 'pause' })
    expect([...countServed(world, provider, 500).keys()]).toEqual([early])
    world.happens({ kind: 'jobControlled', job: late.terms.id, action: 'resume' })
    world.wait(1_000)
    const caughtUp = (countServed(world, provider, 200).get(late) ?? 0) - 100
    expect(caughtUp).toBeGreaterThanOrEqual(0)
    expect(caughtUp * unitMs).toBeLessThanOrEqual(headStarts.lagMs + unitMs)
  })

  test('[N4] of one requester the older job comes first, by a bounded head start', () => {
    const { world, jobs, provider } = aWorld([1, 1])
    const [older, newer] = jobs
    const first = Array.from({ length: 200 }, () => serve(world, provider))
    expect(first.slice(0, headStarts.olderMs / unitMs).every((job) => job === older)).toBe(true)
    expect(first.slice(100).filter((job) => job === newer)).toHaveLength(50)
  })

  test('[N4] a job that would miss its deadline goes first, and pays back what it had more', () => {
    const { world, jobs, provider } = aWorld([1, 2], [{}, { deadlineMs: 1_060_000 }])
    const urgent = jobs[1]
    world.wait(1_000)
    const first = Array.from({ length: 25 }, () => serve(world, provider))
    expect(first.every((job) => job === urgent)).toBe(true)
    for (let time = 0; time < 60; time += 1) serve(world, provider)
    world.wait(60_000)
    // Its deadline has passed: no head start is left, and the other catches up.
    const counts = countServed(world, provider, 30)
    expect(urgent && (counts.get(urgent) ?? 0)).toBeLessThan(5)
  })

  test('[N4] a job whose data the provider has goes first, by no more than a bounded while', () => {
    const { world, jobs, provider } = aWorld([1, 2])
    const [, cached] = jobs
    if (!cached) throw new Error('there are two jobs')
    provider.cached.add(cached.terms.id)
    const bonusMs = 500
    const first = Array.from({ length: 40 }, () => serve(world, provider, 50))
    expect(first.slice(0, bonusMs / 50).every((job) => job === cached)).toBe(true)
    expect(first.slice(20).filter((job) => job === cached)).toHaveLength(10)
  })

  test('[N3] nobody starves: between two units of any job others are served no more than the head starts allow', () => {
    const jobsOf = fc.array(
      fc.record({
        requester: fc.nat(3),
        deadlineMs: fc.option(fc.integer({ min: 1_000_000, max: 4_000_000 }), { nil: undefined }),
        dataBytes: fc.constantFrom(0, 1e6, 1e9),
        isCached: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(
        jobsOf,
        fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 }),
        (wanted, lasting) => {
          const { world, provider } = aWorld([])
          const jobs = wanted.map(({ requester, deadlineMs, dataBytes }) =>
            world.start({
              requester: accountOf(requester),
              unitCount: 1_000_000,
              needs: { deadlineMs, dataBytes },
            }),
          )
          for (const [place, { isCached }] of wanted.entries()) {
            const job = jobs[place]
            if (isCached && job) provider.cached.add(job.terms.id)
          }
          const sinceMs = new Map(jobs.map((job) => [job, 0]))
          const heads = headStarts.deadlineMs + headStarts.cachedMs + headStarts.lagMs
          // Every other job may be a head start of each kind ahead, before and after.
          const mostMs = jobs.length * (2 * heads + jobs.length * headStarts.olderMs + 2 * 5_000)
          for (let time = 0; time < 1_500; time += 1) {
            if (time % 50 === 0) world.wait(1_000)
            const lasts = lasting[time % lasting.length] ?? 1
            const served = serve(world, provider, lasts)
            for (const [job, waitedMs] of sinceMs) sinceMs.set(job, job === served ? 0 : waitedMs + lasts)
            expect(Math.max(...sinceMs.values())).toBeLessThanOrEqual(mostMs)
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  test('[N3] jobs that have ended take no turns and leave nothing behind', () => {
    const { world, jobs, provider } = aWorld([1, 2, 2])
    countServed(world, provider, 10)
    for (const job of jobs) job.phase = 'finished'
    world.wait(1_000)
    expect([...rankJobs(world.state, provider, world.nowMs)]).toEqual([])
    const { turns } = world.state.market
    expect([turns.jobs.size, turns.waiting.length]).toEqual([0, 0])
    for (const requester of [3, 4]) {
      world.start({ requester: accountOf(requester) })
      countServed(world, provider, 50)
    }
    world.wait(1_000)
    expect([...rankJobs(world.state, provider, world.nowMs)]).toHaveLength(2)
    expect(turns.lanes.size).toBe(2)
  })
})
