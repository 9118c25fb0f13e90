import { expect, test } from 'vitest'
import { mergeIncidents, withIncident } from '#web/core/incident.ts'

test('[W34] the latest comes first, and there is one of each kind', () => {
  const once = withIncident(withIncident([], 'gpuLost'), 'kernelFailed')
  expect(withIncident(once, 'gpuLost')).toEqual([
    { kind: 'gpuLost', count: 2 },
    { kind: 'kernelFailed', count: 1 },
  ])
})

test('[W34] what a worker that crashed had seen is not forgotten', () => {
  const before = [
    { kind: 'workerCrashed', count: 1 },
    { kind: 'kernelFailed', count: 2 },
  ] as const
  const after = [
    { kind: 'kernelFailed', count: 1 },
    { kind: 'gpuLost', count: 1 },
  ] as const
  expect(mergeIncidents(before, after)).toEqual([
    { kind: 'kernelFailed', count: 3 },
    { kind: 'gpuLost', count: 1 },
    { kind: 'workerCrashed', count: 1 },
  ])
  expect(mergeIncidents(before, [])).toEqual(before)
})
