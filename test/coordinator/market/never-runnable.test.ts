import { describe, expect, test } from 'vitest'
import { limitCeilings, memoryBytesCeiling, requirableFeatures } from '#protocol/device-needs.ts'
import { poolIdOf } from '#protocol/pools.ts'
import { neverRunnable } from '#coordinator/core/market/never-runnable.ts'
import { ceilings } from '#runner/dawn/ceilings.ts'
import { jobMemoryBytesMax } from '#runner/memory-needs.ts'
import { someNeeds } from '#test/coordinator/core/a-world.ts'

const nowMs = 1_000_000
const found = (needs: Parameters<typeof someNeeds>[0]) => neverRunnable(someNeeds(needs), nowMs)

describe('a job that nobody could run', () => {
  test('[N6] everything that some device could have is allowed, at once', () => {
    const features = [...requirableFeatures]
    const pool = poolIdOf('x')
    const most = {
      features,
      limits: limitCeilings,
      memoryBytes: memoryBytesCeiling,
      gflopsMin: 100_000,
      pool,
    }
    expect(found({ ...most, deadlineMs: nowMs + 60_000 })).toEqual([])
  })

  test('[N6] what is beyond any device is named with what there is', () => {
    const limits = { maxComputeInvocationsPerWorkgroup: 2_048 }
    expect(found({ limits })).toEqual([
      { condition: 'limit', limit: 'maxComputeInvocationsPerWorkgroup', has: 1_024, needs: 2_048 },
    ])
    expect(found({ features: ['timestamp-query'] })).toEqual([
      { condition: 'feature', feature: 'timestamp-query' },
    ])
    expect(found({ memoryBytes: 2 ** 40 })).toMatchObject([{ condition: 'memory', has: 2 ** 30 }])
    expect(found({ gflopsMin: 1e9 })).toMatchObject([{ condition: 'speed' }])
  })

  test('[N6] a deadline that has passed, or that leaves no time for a unit', () => {
    expect(found({ deadlineMs: nowMs - 1 })).toMatchObject([{ condition: 'deadline', has: 0 }])
    expect(found({ deadlineMs: nowMs + 1 })).toMatchObject([{ condition: 'deadline', has: 1 }])
    expect(found({ deadlineMs: nowMs + 5_000 })).toEqual([])
  })

  test('[N6] what a job may need is what its examination lets pass', () => {
    expect(limitCeilings).toEqual(ceilings)
    expect(memoryBytesCeiling).toBe(jobMemoryBytesMax)
  })
})
