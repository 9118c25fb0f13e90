import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requirableFeatures, requirableLimits } from '#protocol/device-needs.ts'
import { speedSchema } from '#protocol/offer.ts'
import { numericClassOf } from '#runner/numeric-probe.ts'
import {
  probeInputCount,
  probeInputs,
  probeKernel,
  probeOperations,
  probeOutputBytes,
  probeWorkgroups,
} from '#runner/numeric-probe-kernel.ts'
import type { DeviceFacts, Measurement, Pace } from '#runner/runner.ts'
import { DawnChild } from '#test/gpu/dawn-child.ts'
import { ObservedChild } from './observed-child.ts'

let child: ObservedChild
const measure = async (pace: Pace) => (await child.ask({ kind: 'measure' }, { pace })) as Measurement
const atOnce = { submitMs: 12, duty: 1 }

beforeAll(() => {
  child = new ObservedChild()
})
afterAll(() => {
  child.end()
})

describe('measuring a device', () => {
  test('gives a speed that an offer may state, greater than nothing, and leaves no device open', async () => {
    const before = await child.devices()
    const { speed } = await measure(atOnce)
    expect(v.parse(speedSchema, speed)).toEqual(speed)
    for (const [name, value] of Object.entries(speed)) expect(value, name).toBeGreaterThan(0)
    const after = await child.devices()
    expect(after.opened - before.opened).toBe(1)
    expect(after.destroyed - before.destroyed).toBe(1)
  })

  test('goes through the gate of jobs: it counts as the GPU’s work, and begins nothing while paused', async () => {
    const pace = { submitMs: 12, duty: 0.5 }
    await child.ask({ kind: 'pause' }, { pace })
    const measuring = measure(pace)
    // The probe comes first, and its device is open before its submit waits at the gate.
    await expect.poll(async () => (await child.devices()).opened).toBeGreaterThan(1)
    expect((await child.usage({ pace })).busyMs).toBe(0)
    await child.ask({ kind: 'resume' }, { pace })
    await measuring
    expect((await child.usage({ pace })).busyMs).toBeGreaterThan(0)
  })

  test('states the features, limits and memory that jobs may require, and nothing else', async () => {
    const facts = (await child.ask({ kind: 'facts' }, { memoryBytesMax: 300 * 2 ** 20 })) as DeviceFacts
    expect(facts.memoryMiB).toBe(300)
    expect(facts.features.filter((feature) => !requirableFeatures.includes(feature))).toEqual([])
    expect(Object.keys(facts.limits).sort()).toEqual([...requirableLimits].sort())
    // WebGPU's default, which every device has.
    expect(facts.limits['maxComputeInvocationsPerWorkgroup']).toBeGreaterThanOrEqual(256)
  })
})

describe('the numeric class', () => {
  test('is the same on every run of one device', async () => {
    expect((await measure(atOnce)).numericClass).toBe((await measure(atOnce)).numericClass)
  })

  test('is the digest of what the probe computes, and one bit more makes it another', async () => {
    const bytes = await probeOutput()
    expect((await measure(atOnce)).numericClass).toBe(numericClassOf(bytes))
    for (const place of [0, bytes.length - 1]) {
      const changed = bytes.slice()
      changed[place] = (changed[place] ?? 0) ^ 1
      expect(numericClassOf(changed)).not.toBe(numericClassOf(bytes))
    }
  })

  test('comes of operations that are computed, not guessed: each is near what doubles give', async () => {
    const results = new Float32Array((await probeOutput()).buffer)
    const inputs = probeInputs()
    for (const [operation, text] of probeOperations.entries()) {
      const exact = exactly[text]
      for (let index = 0; index < probeInputCount; index += 1) {
        const [x = 0, y = 0, z = 0, t = 0] = inputs.subarray(4 * index, 4 * index + 4)
        const result = results[operation * probeInputCount + index] ?? Number.NaN
        if (exact) {
          const expected = exact(x, y, z, t)
          expect(Math.abs(result - expected), `${text} of ${x}, ${y}, ${z}, ${t}`).toBeLessThan(
            1e-3 * Math.max(1, Math.abs(expected)),
          )
        }
      }
    }
  })

  test('tells of the order in which a workgroup sums', async () => {
    const results = new Float32Array((await probeOutput()).buffer)
    const outputs = results.subarray(0, probeOperations.length * probeInputCount)
    for (let workgroup = 0; workgroup < probeWorkgroups; workgroup += 1) {
      const sums = [...outputs.subarray(64 * workgroup, 64 * workgroup + 64)]
      for (let half = 32; half > 0; half /= 2)
        for (let thread = 0; thread < half; thread += 1)
          sums[thread] = Math.fround((sums[thread] ?? 0) + (sums[thread + half] ?? 0))
      expect(results[outputs.length + workgroup]).toBeCloseTo(sums[0] ?? 0, 2)
    }
  })
})

/** Of the subnormal numbers' operation there is no one answer. */
const exactly: Readonly<
  Record<string, ((x: number, y: number, z: number, t: number) => number) | undefined>
> = {
  'x / y': (x, y) => x / y,
  'sqrt(x)': (x) => Math.sqrt(x),
  'inverseSqrt(x)': (x) => 1 / Math.sqrt(x),
  'exp(t)': (_x, _y, _z, t) => Math.exp(t),
  'log(x)': (x) => Math.log(x),
  'sin(t * 12.0)': (_x, _y, _z, t) => Math.sin(t * 12),
  'cos(t * 12.0)': (_x, _y, _z, t) => Math.cos(t * 12),
  'pow(x, t * 0.25)': (x, _y, _z, t) => x ** (t * 0.25),
  'fma(x, y, z)': (x, y, z) => x * y + z,
  'x * y + z': (x, y, z) => x * y + z,
  'tanh(t)': (_x, _y, _z, t) => Math.tanh(t),
  'atan2(t, x)': (x, _y, _z, t) => Math.atan2(t, x),
  'dot(vec4f(x, y, z, t), vec4f(z, t, y, x))': (x, y, z, t) => x * z + y * t + z * y + t * x,
  'length(vec3f(x, y, t))': (x, y, _z, t) => Math.hypot(x, y, t),
  'f32(i32(t * 1000.0)) * 0.001 + fract(x)': (x, _y, _z, t) => Math.trunc(t * 1000) * 0.001 + (x % 1),
}

async function probeOutput(): Promise<Uint8Array<ArrayBuffer>> {
  await using dawn = await DawnChild.start()
  const storage = (binding: number, kind: 'storage' | 'storage-read', bytes: Uint8Array) => ({
    group: 0,
    binding,
    kind,
    bytes,
  })
  const { bytes } = await dawn.run(
    {
      wgsl: probeKernel,
      entry: 'main',
      bindings: [
        storage(0, 'storage-read', new Uint8Array(probeInputs().buffer)),
        storage(1, 'storage', new Uint8Array(probeOutputBytes)),
      ],
      workgroups: [probeWorkgroups, 1, 1],
      result: { group: 0, binding: 1 },
    },
    30_000,
  )
  return bytes
}
