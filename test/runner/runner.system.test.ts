import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aCompleteManifest } from './kernel-form.ts'
import { ObservedChild, type ObservedJob } from './observed-child.ts'

const doubleWgsl = /* wgsl */ `
struct Unit { begin: u32, count: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<uniform> unit: Unit;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= unit.count) { return; }
  out[id.x] = 2u * numbers[unit.begin + id.x];
}
`
/** Long enough to be seen at work. */
const slowWgsl = doubleWgsl.replace(
  'out[id.x] = 2u * numbers[unit.begin + id.x];',
  'var x = id.x; for (var i = 0u; i < 1000000u; i++) { x = x * 1664525u + 1013904223u; } out[id.x] = x;',
)

const usualParts = {
  inputs: { numbers: 'numbers.bin' },
  buffers: {
    unit: { uniform: { begin: '$unit.begin', count: '$unit.count' } },
    out: { bytes: '4*$unit.count', result: true },
  },
  passes: [{ entry: 'main', workgroups: ['ceil($unit.count/64)'] }],
  units: { range: [0, 1000], granule: 100 },
}
const numbers = Uint32Array.from({ length: 1000 }, (_, index) => index * 3)
const facts = { inputBytes: new Map([['numbers', numbers.byteLength]]) }

function aJob(parts: Partial<ObservedJob> & { manifestParts?: object } = {}): ObservedJob {
  const { manifestParts = {}, ...rest } = parts
  return {
    key: 'double',
    manifest: aCompleteManifest({ ...usualParts, ...manifestParts }, doubleWgsl, facts),
    wgsl: doubleWgsl,
    inputs: { numbers: new Uint8Array(numbers.buffer) },
    ...rest,
  }
}

const words = (bytes: Uint8Array) => [...new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)]
const doubled = (unit: number) => [...numbers.slice(100 * unit, 100 * unit + 100)].map((value) => 2 * value)

describe('runner over Dawn', { timeout: 60_000 }, () => {
  let child: ObservedChild
  beforeAll(() => {
    child = new ObservedChild()
  })
  afterAll(() => {
    child.end()
  })
  const resultOf = async (...asked: Parameters<ObservedChild['run']>) =>
    words((await child.run(...asked)).result)

  test('[G1] a unit computes its own span of the input', async () => {
    expect(await resultOf(aJob(), 0)).toEqual(doubled(0))
    expect(await resultOf(aJob(), 9)).toEqual(doubled(9))
  })

  test('[G1] a shorter last unit binds shorter buffers', async () => {
    const wgsl = doubleWgsl.replace('2u * numbers[unit.begin + id.x]', 'arrayLength(&out)')
    const job = aJob({ key: 'short', wgsl, manifestParts: { units: { range: [0, 130], granule: 100 } } })
    expect(new Set(await resultOf(job, 0))).toEqual(new Set([100]))
    expect(await resultOf(job, 1)).toEqual(Array.from({ length: 30 }, () => 30))
  })

  test('[G2] units in flight at once in two lanes do not mix', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, (_, unit) => resultOf(aJob(), unit)))
    expect(results.flat()).toEqual([...numbers].map((value) => 2 * value))
  })

  test('[G3] a compile error names line and column', async () => {
    const wgsl = doubleWgsl.replace('return;', 'retrun;')
    await expect(child.run(aJob({ key: 'typo', wgsl }), 0)).rejects.toMatchObject({
      code: 'compileFailed',
      compiler: [{ line: 9, column: 35 }],
    })
  })

  test('[G3] an entry point that does not exist, a count no GPU takes, a piece beyond the end', async () => {
    const wgsl = doubleWgsl.replace('fn main', 'fn other')
    await expect(child.run(aJob({ key: 'entry', wgsl }), 0)).rejects.toThrow(/no entry point "main"/)
    for (const count of ['70000', '9999999999999']) {
      const manifestParts = { passes: [{ entry: 'main', workgroups: [count] }] }
      await expect(child.run(aJob({ key: count, manifestParts }), 0)).rejects.toMatchObject({
        code: 'invalidJob',
      })
    }
    const bind = { '0.0': { buffer: 'numbers', offset: 3840, size: 256 } }
    const manifestParts = { passes: [{ entry: 'main', bind, workgroups: [1] }] }
    const piece = aJob({
      key: 'piece',
      manifestParts: {
        ...manifestParts,
        buffers: { ...usualParts.buffers, numbers: { from: 'input:numbers' } },
      },
    })
    await expect(child.run(piece, 0)).rejects.toMatchObject({ code: 'invalidJob' })
  })

  test('[G4] a result that stays unwritten is noticed, and one that starts as zeros is not', async () => {
    const wgsl = doubleWgsl.replace('out[id.x] = 2u', 'let unused = 2u')
    await expect(child.run(aJob({ key: 'unwritten', wgsl }), 0)).rejects.toMatchObject({ code: 'unwritten' })
    const out = { bytes: '4*$unit.count', result: true, init: 'zero' }
    const zeroed = aJob({ key: 'zeroed', wgsl, manifestParts: { buffers: { ...usualParts.buffers, out } } })
    expect(new Set(await resultOf(zeroed, 0))).toEqual(new Set([0]))
  })

  test('[G4] floats that stay partly unwritten are noticed', async () => {
    const wgsl = doubleWgsl
      .replaceAll('array<u32>', 'array<f32>')
      .replace('2u * numbers', '2.0 * numbers')
      .replace('id.x >= unit.count', 'id.x >= unit.count - 1u')
    const manifestParts = { verify: { out: { compare: 'tolerance', atol: 0, rtol: 0, as: 'f32' } } }
    await expect(child.run(aJob({ key: 'partly', wgsl, manifestParts }), 0)).rejects.toMatchObject({
      code: 'unwritten',
    })
  })

  test('[G7] every job has a device of its own, destroyed with it', async () => {
    const options = { jobsOpenMax: 1, restMsMax: 60_000 }
    const before = await child.devices()
    for (const key of ['one', 'two', 'three', 'one']) await child.run(aJob({ key }), 0, options)
    await child.ask({ kind: 'close' }, options)
    await expect
      .poll(async () => {
        const after = await child.devices()
        return { opened: after.opened - before.opened, destroyed: after.destroyed - before.destroyed }
      })
      .toEqual({ opened: 4, destroyed: 4 })
  })

  test('[G7] a job that rests is closed', async () => {
    const options = { restMsMax: 20 }
    const before = await child.devices()
    await child.run(aJob(), 0, options)
    await expect
      .poll(async () => (await child.devices()).destroyed - before.destroyed)
      .toBeGreaterThanOrEqual(1)
  })

  test('[G8] a software adapter is refused unless it is allowed', async () => {
    await expect(child.run(aJob(), 0, { allowSoftwareAdapter: false })).rejects.toMatchObject({
      code: 'softwareAdapterOnly',
    })
    expect(await child.ask({ kind: 'describe' })).toMatch(/swiftshader|llvmpipe/i)
  })

  test('[G9] sizes beyond the memory that is lent are refused before anything is allocated', async () => {
    const buffers = { ...usualParts.buffers, huge: { bytes: 4294967296 } }
    const before = await child.devices()
    await expect(child.run(aJob({ key: 'huge', manifestParts: { buffers } }), 0)).rejects.toMatchObject({
      code: 'tooLargeForDevice',
    })
    expect((await child.devices()).opened).toBe(before.opened)
  })

  test('[G12] a feature or a limit that the device lacks is named', async () => {
    const lacking = (requires: object) =>
      child.run(aJob({ key: JSON.stringify(requires), manifestParts: { requires } }), 0)
    await expect(lacking({ limits: { maxComputeWorkgroupSizeX: 1_000_000 } })).rejects.toMatchObject({
      code: 'notCapable',
      message: expect.stringContaining('maxComputeWorkgroupSizeX 1000000') as string,
    })
    await expect(lacking({ features: ['texture-formats-tier2'] })).rejects.toMatchObject({
      code: 'notCapable',
      message: expect.stringContaining('texture-formats-tier2') as string,
    })
  })

  test('[G17] a lost device fails what is under way, and the next unit runs on a new one', async () => {
    const options = { restMsMax: 50_000 }
    const slow = aJob({
      key: 'lost',
      wgsl: slowWgsl,
      manifestParts: { units: { range: [0, 1000], granule: 500 } },
    })
    const outcome = child.run(slow, 0, options).catch((error: unknown) => error)
    await expect.poll(async () => (await child.usage(options)).busyMs, { timeout: 20_000 }).toBeGreaterThan(0)
    await child.ask({ kind: 'lose' })
    expect(await outcome).toMatchObject({ code: 'deviceLost' })
    expect(await resultOf(aJob({ key: 'after' }), 3, options)).toEqual(doubled(3))
  })

  test('[G14] while paused nothing is submitted; a pace takes effect at once', async () => {
    const options = { restMsMax: 40_000 }
    expect(await resultOf(aJob(), 1, options)).toEqual(doubled(1))
    await child.ask({ kind: 'pause' }, options)
    const outcome = resultOf(aJob(), 2, options)
    const before = await child.usage(options)
    // The second run is answered only after the first could have been.
    expect(await resultOf(aJob(), 4, { restMsMax: 39_000 })).toEqual(doubled(4))
    expect((await child.usage(options)).busyMs).toBe(before.busyMs)
    await child.ask({ kind: 'pace', pace: { submitMs: 50, duty: 0.5 } }, options)
    await child.ask({ kind: 'resume' }, options)
    expect(await outcome).toEqual(doubled(2))
    await expect(child.ask({ kind: 'pace', pace: { submitMs: 50, duty: 0 } }, options)).rejects.toThrow(
      /pause/,
    )
  })

  test('[G13] [G14] a long dispatch becomes many short submits, by what they take', async () => {
    const wgsl = slowWgsl.replace('1000000u', '20000u')
    const long = aJob({ key: 'long', wgsl, manifestParts: { units: { range: [0, 6400], granule: 6400 } } })
    const many = await child.run(long, 0, { pace: { submitMs: 5, duty: 1 } })
    const few = await child.run(long, 0, { pace: { submitMs: 1e6, duty: 1 } }, {})
    expect(words(many.result)).toEqual(words(few.result))
    expect(many.submits).toBeGreaterThan(few.submits)
    expect(many.gpuMs).toBeGreaterThan(0)
    const untiled = { ...long, key: 'untiled', manifest: { ...long.manifest, tiling: 'none' as const } }
    const whole = await child.run(untiled, 0, { pace: { submitMs: 5, duty: 1 } })
    expect(words(whole.result)).toEqual(words(few.result))
    // One for the dispatch, one for reading back.
    expect(whole.submits).toBeLessThanOrEqual(2)
  })
})

describe('runner and a kernel that does not end in time', { timeout: 60_000 }, () => {
  test('[G10] it is reported as hung, its job is not run again, and the device is destroyed only afterwards', async () => {
    const child = new ObservedChild()
    try {
      const options = { watchdogMsMin: 50, unknownMsMax: 50, reportMs: 2_000 }
      const job = aJob({ key: 'slow', wgsl: slowWgsl })
      // The third waits for a lane that is never given back.
      const units = [0, 1, 2].map((unit) => child.run(job, unit, options))
      for (const unit of await Promise.allSettled(units))
        expect(unit).toMatchObject({ status: 'rejected', reason: { code: 'hung' } })
      await expect(child.run(job, 3, options)).rejects.toMatchObject({ code: 'hung' })
      expect(await child.devices()).toEqual({ opened: 1, destroyed: 0 })
      await expect.poll(() => child.devices(), { timeout: 50_000 }).toEqual({ opened: 1, destroyed: 1 })
    } finally {
      child.end()
    }
  })
})
