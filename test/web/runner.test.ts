import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aManifest, doubleWgsl } from './jobs.ts'
import { hasDriver, RunnerChild, type ChildJob } from './runner-child.ts'

const numbers = Uint32Array.from({ length: 1000 }, (_, index) => index * 3)

function aJob(parts: Partial<ChildJob> = {}): ChildJob {
  return {
    key: 'double',
    manifest: aManifest(),
    wgsl: doubleWgsl,
    inputs: { numbers: new Uint8Array(numbers.buffer) },
    ...parts,
  }
}

const words = (bytes: Uint8Array) => [...new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)]

describe.runIf(hasDriver)('runner over Dawn', { timeout: 60_000 }, () => {
  let child: RunnerChild
  beforeAll(() => {
    child = new RunnerChild()
  })
  afterAll(() => {
    child.end()
  })

  test('[G1] a unit computes its own span of the input', async () => {
    expect(words(await child.run(aJob(), 0))).toEqual([...numbers.slice(0, 100)].map((value) => 2 * value))
    expect(words(await child.run(aJob(), 9))).toEqual([...numbers.slice(900)].map((value) => 2 * value))
  })

  test('[G1] a shorter last unit binds shorter buffers', async () => {
    const manifest = aManifest({ units: { range: [0, 130], granule: 100 } })
    const wgsl = doubleWgsl.replace('2u * numbers[unit.begin + id.x]', 'arrayLength(&out)')
    const job = aJob({ key: 'short', manifest, wgsl })
    expect(new Set(words(await child.run(job, 0)))).toEqual(new Set([100]))
    expect(words(await child.run(job, 1))).toEqual(Array.from({ length: 30 }, () => 30))
  })

  test('[G2] units in flight at once in two lanes do not mix', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, (_, unit) => child.run(aJob(), unit)))
    expect(results.flatMap(words)).toEqual([...numbers].map((value) => 2 * value))
  })

  test('[G3] a compile error names line and column', async () => {
    const wgsl = doubleWgsl.replace('return;', 'retrun;')
    await expect(child.run(aJob({ key: 'typo', wgsl }), 0)).rejects.toMatchObject({
      code: 'compileFailed',
      compiler: [{ line: 9, column: 35 }],
    })
  })

  test('[G3] an entry point that does not exist, a shared input that is written, a count no GPU takes', async () => {
    const wgsl = doubleWgsl.replace('fn main', 'fn other')
    await expect(child.run(aJob({ key: 'entry', wgsl }), 0)).rejects.toMatchObject({ code: 'invalidJob' })
    const writes = doubleWgsl.replace('var<storage, read> numbers', 'var<storage, read_write> numbers')
    await expect(child.run(aJob({ key: 'writes', wgsl: writes }), 0)).rejects.toMatchObject({
      code: 'invalidJob',
    })
    const [dispatch] = aManifest().passes[0]?.do ?? []
    for (const count of ['70000', '9999999999999']) {
      const manifest = aManifest({ passes: [{ do: [{ ...dispatch, workgroups: [count] }] }] })
      await expect(child.run(aJob({ key: count, manifest }), 0)).rejects.toMatchObject({ code: 'invalidJob' })
    }
  })

  test('[G4] a result that stays unwritten is noticed, and one that starts as zeros is not', async () => {
    const wgsl = doubleWgsl.replace('out[id.x] = 2u', 'let unused = 2u')
    await expect(child.run(aJob({ key: 'unwritten', wgsl }), 0)).rejects.toMatchObject({ code: 'unwritten' })
    const buffers = { ...aManifest().buffers, out: { bytes: '4*$unit.count', result: true, init: 'zero' } }
    const zeroed = aJob({ key: 'zeroed', wgsl, manifest: aManifest({ buffers }) })
    expect(new Set(words(await child.run(zeroed, 0)))).toEqual(new Set([0]))
  })

  test('[G4] floats that stay partly unwritten are noticed', async () => {
    const wgsl = doubleWgsl
      .replaceAll('array<u32>', 'array<f32>')
      .replace('2u * numbers', '2.0 * numbers')
      .replace('id.x >= unit.count', 'id.x >= unit.count - 1u')
    const manifest = aManifest({ verify: { out: { compare: 'tolerance', atol: 0, rtol: 0 } } })
    await expect(child.run(aJob({ key: 'partly', wgsl, manifest }), 0)).rejects.toMatchObject({
      code: 'unwritten',
    })
  })

  test('[G5] scratch starts as zeros in every unit, and passes see what earlier ones wrote', async () => {
    const wgsl = /* wgsl */ `
      @group(0) @binding(0) var<storage, read_write> sum: array<atomic<u32>>;
      @group(1) @binding(3) var<storage, read> total: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(64) fn add() { atomicAdd(&sum[0], 1u); }
      @compute @workgroup_size(1) fn finish() { out[0] = total[0]; }`
    const manifest = aManifest({
      inputs: {},
      buffers: { sum: { bytes: '4' }, out: { bytes: '4', result: true } },
      passes: [
        { do: [{ entry: 'add', bind: { '0.0': 'sum' }, workgroups: ['2', '3'] }] },
        { do: [{ entry: 'finish', bind: { '1.3': 'sum', '0.1': 'out' }, workgroups: ['1'] }] },
      ],
    })
    const job = aJob({ key: 'passes', wgsl, manifest, inputs: {} })
    for (let unit = 0; unit < 4; unit += 1) expect(words(await child.run(job, unit))).toEqual([384])
  })

  test('[G6] bindings that an entry point leaves unused do no harm', async () => {
    const wgsl = `${doubleWgsl}\n@group(0) @binding(7) var<storage, read_write> spare: array<u32>;`
    const manifest = aManifest({
      buffers: { ...aManifest().buffers, spare: { bytes: '64' }, ghost: { bytes: '64' } },
      passes: [
        {
          do: [
            {
              entry: 'main',
              bind: { '0.0': 'numbers', '0.1': 'unit', '0.2': 'out', '0.7': 'spare', '2.5': 'ghost' },
              workgroups: ['2'],
            },
          ],
        },
      ],
    })
    const result = await child.run(aJob({ key: 'unused', wgsl, manifest }), 0)
    expect(words(result)[1]).toBe(6)
  })

  test('[G7] every job has a device of its own, destroyed with it', async () => {
    const options = { jobsOpenMax: 1, restMsMax: 60_000 }
    const before = await child.devices()
    for (const key of ['one', 'two', 'three', 'one']) await child.run(aJob({ key }), 0, options)
    await child.closeRunner(options)
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
    expect(await child.describe()).toMatch(/swiftshader|llvmpipe/i)
  })

  test('[G9] sizes beyond the memory that is lent are refused before anything is allocated', async () => {
    const buffers = {
      ...aManifest().buffers,
      out: { bytes: '4*$unit.count', result: true },
      huge: { bytes: '4294967296' },
    }
    await expect(child.run(aJob({ key: 'huge', manifest: aManifest({ buffers }) }), 0)).rejects.toMatchObject(
      {
        code: 'tooLargeForDevice',
      },
    )
  })
})

describe.runIf(hasDriver)('runner and a kernel that does not end in time', { timeout: 60_000 }, () => {
  test('[G10] it is reported as hung, its job is not run again, and the device is destroyed only afterwards', async () => {
    const child = new RunnerChild()
    try {
      const options = { watchdogMs: 200, reportMs: 2_000 }
      const wgsl = doubleWgsl.replace(
        'out[id.x] = 2u * numbers[unit.begin + id.x];',
        'var x = id.x; for (var i = 0u; i < 6000000u; i++) { x = x * 1664525u + 1013904223u; } out[id.x] = x;',
      )
      const job = aJob({ key: 'slow', wgsl })
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
