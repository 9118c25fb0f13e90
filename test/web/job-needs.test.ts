import { expect, test } from 'vitest'
import { jobMemoryBytesMax, jobNeedsOf } from '#web/edge/runner/job-needs.ts'
import { planUnit } from '#web/edge/runner/unit-plan.ts'
import { aManifest } from './jobs.ts'

const needsOf = (parts: Record<string, unknown>, inputBytes: number) => {
  const manifest = aManifest(parts)
  return jobNeedsOf(manifest, planUnit(manifest, 0), new Map([['numbers', inputBytes]]))
}

const withScratch = (bytes: number) => ({
  buffers: { ...aManifest().buffers, scratch: { bytes: `${bytes}` } },
})

test('[G12] limits follow the largest buffer and the fullest dispatch', () => {
  expect(needsOf({}, 1_001)).toEqual({
    lanes: 2,
    limits: {
      maxBufferSize: 1_004,
      maxStorageBufferBindingSize: 1_004,
      maxUniformBufferBindingSize: 16,
      maxStorageBuffersPerShaderStage: 2,
      maxUniformBuffersPerShaderStage: 1,
    },
  })
  expect(needsOf(withScratch(5_000), 8).limits.maxBufferSize).toBe(5_000)
})

test('[G9] a job that fits once but not twice gets one lane, one that does not fit is refused', () => {
  const third = Math.floor(jobMemoryBytesMax / 3)
  expect(needsOf(withScratch(third), 8).lanes).toBe(2)
  expect(needsOf(withScratch(2 * third), 8).lanes).toBe(1)
  expect(() => needsOf(withScratch(third), jobMemoryBytesMax)).toThrow(/GPU memory/)
})

test('[G12] a result that no message can carry is refused for its unit', () => {
  const manifest = aManifest({
    buffers: { ...aManifest().buffers, out: { bytes: '4000000*($unit.index+1)', result: true } },
  })
  expect(planUnit(manifest, 3).result.bytes).toBe(16_000_000)
  expect(() => planUnit(manifest, 4)).toThrow(/result of unit 4/)
})
