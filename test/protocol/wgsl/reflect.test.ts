import { describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { workgroupBytesOf, workgroupSizeOf } from '#protocol/wgsl/workgroup.ts'
import { refusalOf } from '../refusal-of.ts'
import { kernelNamed, kernels } from './kernels.ts'

const main = '@compute @workgroup_size(1) fn main() {}'
const bound = (type: string) => `@group(0) @binding(0) var<storage> data: ${type};`
const entryOf = (source: string) => {
  const reflection = reflect(source)
  const [entry] = reflection.entryPoints
  if (!entry) throw new Error('no entry point')
  return { reflection, entry }
}

describe('reflect', () => {
  test('a kernel says what it binds, starts and uses', () => {
    const { enables, entryPoints, bindings } = reflect(kernelNamed('several-entries'))
    expect(enables).toEqual([])
    expect(bindings.map(({ name, group, binding, kind }) => `${group}.${binding} ${kind} ${name}`)).toEqual([
      '0.0 storage source',
      '0.1 storage counts',
      '0.2 storage starts',
      '1.0 storage sorted',
    ])
    expect(
      entryPoints.map((entry) => [entry.name, entry.bindings.map(({ name }) => name), entry.loops]),
    ).toEqual([
      ['count', ['source', 'counts'], 0],
      ['scan', ['counts', 'starts'], 1],
      ['scatter', ['source', 'starts', 'sorted'], 0],
    ])
    expect(
      entryPoints.map(({ hasAtomics, hasBarrier, builtins }) => ({ hasAtomics, hasBarrier, builtins })),
    ).toEqual([
      { hasAtomics: true, hasBarrier: false, builtins: ['global_invocation_id'] },
      { hasAtomics: true, hasBarrier: false, builtins: [] },
      { hasAtomics: false, hasBarrier: false, builtins: ['workgroup_id', 'local_invocation_index'] },
    ])
    expect(entryPoints[1]?.position).toEqual({ line: 14, column: 4 })
  })

  test('barriers, subgroups and loops are found through calls; render entry points are none', () => {
    const { entry } = entryOf(kernelNamed('prefix-sum'))
    expect(entry).toMatchObject({ hasBarrier: true, hasSubgroups: false, loops: 1 })
    expect(entryOf(kernelNamed('subgroup-sum')).entry.hasSubgroups).toBe(true)
    expect(entryOf(kernelNamed('uniform-load')).entry.hasBarrier).toBe(true)
    expect(reflect(kernelNamed('render-beside')).entryPoints.map(({ name }) => name)).toEqual(['turn'])
  })

  test('every kind of texture and sampler', () => {
    const { bindings } = reflect(kernelNamed('all-textures'))
    const described = bindings.map((each) => {
      if (each.kind === 'texture')
        return `${each.dimension} ${each.sample}${each.multisampled ? ' multisampled' : ''}`
      if (each.kind === 'storageTexture') return `${each.dimension} ${each.format} ${each.access}`
      return each.kind === 'sampler' ? `sampler${each.comparison ? ' comparison' : ''}` : each.kind
    })
    expect(described).toEqual([
      ...['1d f32', '2d-array i32', '3d u32', 'cube f32', 'cube-array f32', '2d f32 multisampled'],
      ...['2d u32 multisampled', '2d depth', '2d-array depth', 'cube depth', 'cube-array depth'],
      ...['2d depth multisampled', '1d r32uint read_write', '2d-array rgba16float write', '3d r32float read'],
      ...['sampler comparison', 'externalTexture', 'sampler', 'storage'],
    ])
  })

  test('it is plain data: it survives the way to another thread', () => {
    for (const { source } of kernels) expect(structuredClone(reflect(source))).toEqual(reflect(source))
  })

  test('comments, line breaks and brackets in odd places mislead nobody', () => {
    const { entry } = entryOf(kernelNamed('odd-comments'))
    expect(entry).toMatchObject({ name: 'main', loops: 2, position: { line: 7, column: 15 } })
    const lines = 'const a = 1;\r\n\r\v\f\u0085\u2028\u2029  const a = 2;'
    expect(refusalOf(() => reflect(lines))).toMatchObject({ where: '8:9', message: '"a" is declared twice.' })
    expect(reflect(`// ([\u2028${main}`).entryPoints).toHaveLength(1)
  })
})

describe('workgroups', () => {
  test('their size and memory follow the overrides', () => {
    const { reflection, entry } = entryOf(kernelNamed('overrides'))
    expect(
      reflection.overrides.map(({ name, id, scalar, hasDefault }) => [name, id, scalar, hasDefault]),
    ).toEqual([
      ['sizeX', undefined, undefined, true],
      ['sizeY', 42, 'i32', true],
      ['scale', 7, 'f32', false],
      ['flip', undefined, 'bool', true],
      ['reach', undefined, 'u32', true],
    ])
    expect(entry.overrides.toSorted()).toEqual(['flip', 'reach', 'scale', 'sizeX', 'sizeY'])
    expect(workgroupSizeOf(reflection, entry)).toEqual([8, 4, 1])
    expect(workgroupBytesOf(reflection, entry)).toBe(36 * 16 + 16)
    expect(workgroupSizeOf(reflection, entry, { sizeX: 16 })).toEqual([16, 8, 1])
    expect(workgroupBytesOf(reflection, entry, { sizeX: 16, sizeY: 2 })).toBe(36 * 16 + 16)
    expect(workgroupBytesOf(reflection, entry, { reach: 1 })).toBe(32)
  })

  test('an override that matters must have a value, one that does not may lack it', () => {
    const { reflection, entry } = entryOf(`override n: u32; override m: f32; override k = n * 2;
      @compute @workgroup_size(k) fn main() { _ = m; }`)
    expect(refusalOf(() => workgroupSizeOf(reflection, entry))).toMatchObject({
      reason: 'kernelInvalid',
      where: '1:10',
    })
    expect(workgroupSizeOf(reflection, entry, { n: 4 })).toEqual([8, 1, 1])
    expect(workgroupSizeOf(reflection, entry, { n: 4, k: 3 })).toEqual([3, 1, 1])
    expect(refusalOf(() => workgroupSizeOf(reflection, entry, { n: 0 })).message).toContain('at least 1')
    expect(refusalOf(() => workgroupSizeOf(reflection, entry, { n: -1 })).message).toContain('does not fit')
    expect(refusalOf(() => workgroupSizeOf(reflection, entry, { n: NaN })).message).toContain('NaN')
    expect(workgroupBytesOf(reflection, entry)).toBe(0)
  })

  test('overrides in a circle are refused', () => {
    const { reflection, entry } = entryOf(
      'override a = b; override b = a; @compute @workgroup_size(a) fn main() {}',
    )
    expect(refusalOf(() => workgroupSizeOf(reflection, entry)).message).toContain('depends on itself')
  })
})

describe('[I6] [I10] refusals', () => {
  test.each([
    ['enable wgpu_ray_query;', '1:8', 'not in the WebGPU standard'],
    ['enable f16, chromium_internal_graphite;', '1:13', 'not in the WebGPU standard'],
    ['var<push_constant> a: u32;', '1:5', 'not in the WebGPU standard'],
    ['var<immediate> a: u32;', '1:5', 'not in the WebGPU standard'],
    [bound('f64'), '1:42', 'not in the WebGPU standard'],
    [bound('array<u64, 2>'), '1:48', 'not in the WebGPU standard'],
    ['@group(0) @binding(0) var t: binding_array<texture_2d<f32>>;', '1:30', 'not in the WebGPU standard'],
    ['@early_depth_test @fragment fn f() {}', '1:1', 'not in the WebGPU standard'],
    [bound('bool'), '1:42', 'cannot lie in a buffer'],
    [bound('Missing'), '1:42', 'no type that lies in a buffer'],
    [bound('array<f32, n>'), '1:53', '"n" is not declared'],
    [`override n = 4; ${bound('array<f32, n>')}`, '1:69', 'must not depend on an override'],
    [bound('array<f32, 0>'), '1:53', 'at least 1'],
    [bound('array<f32, -1>'), '1:53', 'at least 1'],
    [bound('array<f32, 2.5>'), '1:53', 'whole number'],
    [bound('array<f32, 1 / 0>'), '1:55', 'divided by zero'],
    ['const a = b; const b = a; @group(a) @binding(0) var s: sampler;', '1:24', 'depends on itself'],
    ['struct A { b: B } struct B { a: A } @group(0) @binding(0) var<storage> a: A;', '1:33', 'holds itself'],
    ['alias A = A; @group(0) @binding(0) var<storage> a: A;', '1:52', 'too many others'],
    ['struct A { @align(3) a: u32 } @group(0) @binding(0) var<storage> a: A;', '1:22', 'power of two'],
    ['struct A { @size(2) a: u32 } @group(0) @binding(0) var<storage> a: A;', '1:21', 'needs 4 bytes'],
    ['var<uniform> a: u32;', '1:14', 'lacks @group'],
    ['@group(0) @binding(0) var<storage, write> a: u32;', '1:43', 'WGSL has no variable'],
    ['@group(0) @binding(0) var a: u32;', '1:30', 'neither a texture nor a sampler'],
    ['@compute fn main() {}', '1:13', '@workgroup_size'],
    ['@compute @workgroup_size(1) fn main(@location(0) a: u32) {}', '1:50', 'built-in values only'],
    ['fn main( {}', '1:8', 'never closed'],
    ['fn main() { (] }', '1:14', 'does not close the "(" at 1:13'],
    ['fn main() }', '1:11', 'closes nothing'],
    ['/* /* */', '1:1', 'does not end'],
    ['#import "x"', '1:1', 'no use for the character'],
    ['let a = 1;', '1:1', 'expected a declaration'],
    ['const a = 1', '1:12', 'expected ";"'],
    ['a\0b', '1:2', 'NUL'],
  ])('%j at %s: %s', (source, where, message) => {
    const refusal = refusalOf(() => reflect(source))
    expect(refusal).toMatchObject({ reason: 'kernelInvalid', where })
    expect(refusal.message).toContain(message)
    expect(refusal.next).toBeTruthy()
  })

  test('a kernel may be as long as the limit, in bytes, and no longer', () => {
    const fill = (length: number) => `${main}//${'é'.repeat((length - main.length - 2) / 2)}`
    expect(reflect(fill(limits.wgslBytesMax)).entryPoints).toHaveLength(1)
    expect(refusalOf(() => reflect(fill(limits.wgslBytesMax + 2))).message).toContain(
      `${limits.wgslBytesMax} are taken`,
    )
  })
})
