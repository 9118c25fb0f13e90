import { afterAll, beforeAll, expect, test } from 'vitest'
import { DawnChild, type KernelRun } from '#test/gpu/dawn-child.ts'

const RUN_LIMIT_MS = 20_000

/** Doubles each number, again and again: the loop ends after `1000 / step` turns, and never if step is zero. */
const doubling = `
@group(0) @binding(0) var<uniform> step: u32;
@group(1) @binding(0) var<storage, read> numbers: array<u32>;
@group(1) @binding(2) var<storage, read_write> doubled: array<u32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var turn = 0u; turn < 1000u; turn += step) { doubled[id.x] = 2u * numbers[id.x]; }
}`

function aRun({ wgsl = doubling, step = 1000 }: { wgsl?: string; step?: number } = {}): KernelRun {
  return {
    wgsl,
    entry: 'main',
    bindings: [
      { group: 0, binding: 0, kind: 'uniform', bytes: bytesOf([step, 0, 0, 0]) },
      { group: 1, binding: 0, kind: 'storage-read', bytes: bytesOf([1, 2, 3, 4]) },
      { group: 1, binding: 2, kind: 'storage', bytes: bytesOf([0, 0, 0, 0]) },
    ],
    workgroups: [4, 1, 1],
    result: { group: 1, binding: 2 },
  }
}

const bytesOf = (words: readonly number[]) => new Uint8Array(Uint32Array.from(words).buffer)

let dawn: DawnChild
beforeAll(async () => {
  dawn = await DawnChild.start()
})
afterAll(() => dawn[Symbol.asyncDispose]())

test('a kernel with bindings in several groups gives its result', async () => {
  const { bytes, durationMs } = await dawn.run(aRun(), RUN_LIMIT_MS)
  expect(new Uint32Array(bytes.buffer)).toEqual(Uint32Array.from([2, 4, 6, 8]))
  expect(durationMs).toBeGreaterThan(0)
})

test('several runs asked for at once are each answered', async () => {
  const outcomes = await Promise.all([1, 2, 3].map((step) => dawn.run(aRun({ step }), RUN_LIMIT_MS)))
  for (const { bytes } of outcomes)
    expect(new Uint32Array(bytes.buffer)).toEqual(Uint32Array.from([2, 4, 6, 8]))
})

test('a fault in the kernel is refused with its line, a wrong binding with its cause; the child lives on', async () => {
  await expect(dawn.run(aRun({ wgsl: doubling.replace('2u *', '2u +*') }), RUN_LIMIT_MS)).rejects.toThrow(
    /^6:/,
  )
  const withoutUniform = { ...aRun(), bindings: aRun().bindings.slice(1) }
  await expect(dawn.run(withoutUniform, RUN_LIMIT_MS)).rejects.toThrow(/group/i)
  await expect(dawn.run(aRun(), RUN_LIMIT_MS)).resolves.toBeDefined()
})

test('a kernel without end is stopped at its limit, with its child only', async () => {
  await using doomed = await DawnChild.start()
  await expect(doomed.run(aRun({ step: 0 }), 1_000)).rejects.toThrow('no answer within 1000 ms')
  await expect(doomed.run(aRun(), RUN_LIMIT_MS)).rejects.toThrow('ended')
  await expect(dawn.run(aRun(), RUN_LIMIT_MS)).resolves.toBeDefined()
})

test('a machine without an adapter is told what to do', async () => {
  await expect(DawnChild.start('/nowhere/driver.json')).rejects.toThrow(
    /no WebGPU adapter.*\/nowhere\/driver\.json/,
  )
})
