import { describe, expect, test } from 'vitest'
import { Refusal } from '#protocol/refusal.ts'
import { StoredSource } from '#coordinator/edge/admission/stored-source.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource } from '#runner/job-source.ts'
import { kernelDoing, received, SomeBlobs, someNumbers, type SentJob } from './a-job.ts'

const limits = { memoryBytesMax: 2 ** 30 }
const wallMs = 60_000

function aSource(job: SentJob = {}): JobSource {
  const blobs = new SomeBlobs()
  const { spec, kernel } = received(job, blobs)
  return new StoredSource(spec, new TextDecoder().decode(kernel), blobs)
}

describe('a runner in a child', () => {
  test('computes what the kernel says, unit by unit, on the software adapter', async () => {
    await using child = await RunnerChild.start({ backend: 'software', ...limits })
    expect(child.adapter).toMatch(/swiftshader|llvmpipe/i)
    const source = aSource()
    for (const unit of [0, 3]) {
      const { result, complete } = await child.run(source, unit, { wallMs })
      const numbers = new Float32Array(someNumbers.buffer).subarray(256 * unit, 256 * (unit + 1))
      expect(complete).toBe(true)
      expect(new Float32Array(result.buffer)).toEqual(numbers.map((number) => number * number))
    }
  })

  test('asks for slices as it needs them', async () => {
    await using child = await RunnerChild.start({ backend: 'default', ...limits })
    const slice = { inputs: { numbers: { file: 'numbers.f32', slice: { stride: 4 } } } }
    const params = { uniform: { begin: 0, count: '$unit.count' } }
    const source = aSource({ manifest: { ...slice, buffers: { ...aBuffers, params } } })
    const { result } = await child.run(source, 1, { wallMs })
    expect(new Float32Array(result.buffer)[0]).toBe((256 / 8) ** 2)
  })

  test('goes exactly as far as it is told, wherever it is cut', async () => {
    await using child = await RunnerChild.start({ backend: 'software', ...limits })
    const { result, progress, complete } = await child.run(aSource(), 0, { progressMax: 3, wallMs })
    expect({ progress, complete }).toEqual({ progress: 3, complete: false })
    const squares = new Float32Array(result.buffer)
    expect([squares[64], squares[191], squares[192]]).toEqual([64, (191 / 8) ** 2, NaN])
    const again = await child.run(aSource(), 0, { progressMax: 3, tileWorkgroups: 2, wallMs })
    expect(again.result).toEqual(result)
  })

  test('fails with the compiler’s line and column, and with what the data failed with', async () => {
    await using child = await RunnerChild.start({ backend: 'null', ...limits })
    await expect(
      child.run(aSource({ kernel: kernelDoing('  x = 1;') }), 0, { wallMs }),
    ).rejects.toMatchObject({
      code: 'compileFailed',
      compilerMessages: [{ line: 7, column: 3 }],
    })
    const lost = new Refusal('blobMissing', 'It is gone.')
    const unreadable = { ...renamed(aSource()), loadInput: () => Promise.reject(lost) }
    await expect(child.run(unreadable, 0, { wallMs })).rejects.toBe(lost)
    expect(child.alive).toBe(true)
  })

  test('is ended when its kernel is not, and takes nobody along', async () => {
    await using child = await RunnerChild.start({ backend: 'software', ...limits })
    const endless = kernelDoing('  while (numbers[0] < 1.0) { squares[0] += 1.0; }\n  squares[id.x] = 1.0;')
    await child.run(aSource(), 0, { wallMs })
    await expect(
      child.run(renamed(aSource({ kernel: endless })), 0, { wallMs: 3_000 }),
    ).rejects.toMatchObject({
      code: 'timedOut',
    })
    expect(child.alive).toBe(false)
    await expect(child.run(aSource(), 0, { wallMs })).rejects.toMatchObject({ code: 'timedOut' })
  })
})

const aBuffers = {
  numbers: { from: 'input:numbers' },
  squares: { bytes: '4*$unit.count', result: true },
}

/** A runner keeps what it has compiled under a key. */
function renamed(source: JobSource): JobSource {
  return {
    key: 'another',
    manifest: source.manifest,
    wgsl: source.wgsl,
    loadInput: (name) => source.loadInput(name),
    loadSlice: (name, begin, end) => source.loadSlice(name, begin, end),
    loadList: () => source.loadList(),
  }
}
