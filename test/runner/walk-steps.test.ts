import { expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { programOf } from '#runner/program-builder.ts'
import { planUnit } from '#runner/unit-plan.ts'
import { walkSteps } from '#runner/walk-steps.ts'
import { aCompleteManifest } from './kernel-form.ts'

const wgsl = `
  override SIZE: u32 = 4;
  @group(0) @binding(0) var<storage, read_write> a: array<u32>;
  @group(0) @binding(1) var<storage, read_write> b: array<u32>;
  @compute @workgroup_size(SIZE, 2) fn main() { a[0] = b[0]; }`

function programWith(passes: readonly object[]) {
  const buffers = { a: { bytes: 64, result: true, init: 'zero' }, b: { bytes: 64 } }
  return programOf(aCompleteManifest({ buffers, passes }, wgsl), reflect(wgsl))
}

/** A line a step: the counts, what is bound, and overrides. */
function walked(passes: readonly object[]): string[] {
  const program = programWith(passes)
  const { variables } = planUnit(program.manifest, 0)
  return Array.from(walkSteps(program, variables), (step) => {
    if (step.kind !== 'dispatch') return step.kind
    const grid = 'buffer' in step.grid ? `${step.grid.buffer}@${step.grid.offset}` : step.grid.join('x')
    return `${grid} ${step.bound.map(({ name }) => name).join()} ${Object.values(step.overrides).join()}`.trim()
  })
}

test('[G18] repeats nest, $i counts the innermost, names the others; afterwards $i is what it was', () => {
  const inner = { repeat: '$k+1', as: 'j', do: [{ entry: 'main', workgroups: ['10*$k+$j', '$i+1'] }] }
  const after = { entry: 'main', workgroups: ['$i'] }
  expect(
    walked([
      { repeat: 2, as: 'k', do: [inner, after] },
      { entry: 'main', workgroups: ['$i+7'] },
    ]),
  ).toEqual(['0x1x1 a,b', '0x1x1 a,b', '10x1x1 a,b', '11x2x1 a,b', '1x1x1 a,b', '7x1x1 a,b'])
})

test('swaps take turns by the innermost step, or by what they say', () => {
  const bind = { '0.0': { swap: ['a', 'b'] }, '0.1': { swap: ['b', 'a'], by: '$i+1' } }
  expect(walked([{ repeat: 3, do: [{ entry: 'main', bind, workgroups: [1] }] }])).toEqual([
    '1x1x1 a,a',
    '1x1x1 b,b',
    '1x1x1 a,a',
  ])
})

test('invocations are rounded up to whole workgroups, whose size may be an override', () => {
  const step = { entry: 'main', overrides: { SIZE: '$i+3' }, invocations: [10, 3] }
  expect(walked([{ repeat: 3, do: [step] }])).toEqual(['4x2x1 a,b 3', '3x2x1 a,b 4', '2x2x1 a,b 5'])
})

test('copies, clears and indirect dispatches come as they stand', () => {
  expect(
    walked([{ clear: 'b' }, { entry: 'main', indirect: 'b@16' }, { copy: ['b', 'a'], bytes: 8 }]),
  ).toEqual(['clear', 'b@16 a,b', 'copy'])
})

test('[G18] a unit’s steps are bounded, turns of nothing included', () => {
  const endless = { repeat: limits.stepsPerUnitMax + 1, do: [{ repeat: 0, do: [{ clear: 'b' }] }] }
  expect(() => walked([endless])).toThrow(Refusal)
  expect(walked([{ repeat: 1000, do: [{ clear: 'b' }] }])).toHaveLength(1000)
})

test('a count that is no whole number is refused by its text', () => {
  expect(() => walked([{ entry: 'main', workgroups: ['$unit.count/2'] }])).toThrow(/"\$unit.count\/2" is 0.5/)
})
