import { describe, expect, test } from 'vitest'
import { guardLoops } from '#protocol/wgsl/loop-guard.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { refusalOf } from '../refusal-of.ts'
import { kernelNamed, kernels } from './kernels.ts'

const guard = (source: string) => guardLoops(source, reflect(source), { iterationsMax: 500 })
const kernel = (body: string) => `@compute @workgroup_size(1) fn main() { ${body} }`
/** The part of a guarded kernel that was the kernel, with checks shown as `‹number›`. */
const shown = (source: string) =>
  (
    guard(source).source.split('\n@group(0) @binding(0) var<storage, read_write> mask_report')[0] ?? ''
  ).replace(/ if \(mask_turns\d* == 0u\) \{ mask_stop\((\d+)u\); break; \} mask_turns\d* -= 1u; /g, '‹$1›')

describe('the loop guard', () => {
  test.each([
    ['for (var i = 0; i < 3; i++) { f(); }', 'for (var i = 0; i < 3; i++) {‹1› f(); }'],
    ['while (a) { }', 'while (a) {‹1› }'],
    ['while a[(1)] > b { c(); }', 'while a[(1)] > b {‹1› c(); }'],
    ['loop { continuing { break if x; } }', 'loop {‹1› continuing { break if x; } }'],
    ['loop { while b { } for (;;) { } }', 'loop {‹1› while b {‹2› } for (;;) {‹3› } }'],
    ['loop /* { */ { // {\n { } }', 'loop /* { */ {‹1› // {\n { } }'],
    ['loop @diagnostic(off, x) { }', 'loop @diagnostic(off, x) {‹1› }'],
    [
      'if (a) { switch b { default { for (;;) { } } } }',
      'if (a) { switch b { default { for (;;) {‹1› } } } }',
    ],
    ['{ } x = y;', '{ } x = y;'],
  ])('%j becomes %j', (body, guarded) => {
    expect(shown(kernel(body))).toBe(kernel(guarded))
  })

  test('[I9] loops are told by their place in the text, and only those that an entry point reaches', () => {
    const source = kernelNamed('render-beside')
    const { loops } = guard(source)
    expect(loops.map(({ line }) => source.split('\n')[line - 1]?.trim().slice(0, 5))).toEqual(['for ('])
    expect(guard(kernelNamed('odd-comments')).loops).toEqual([
      { line: 9, column: 3 },
      { line: 11, column: 17 },
    ])
    expect(guard(kernelNamed('hash-chain')).loops).toHaveLength(1)
  })

  test('the report has a slot that is free over all entry points', () => {
    expect(guard(kernelNamed('several-entries')).report).toEqual({ group: 0, binding: 3 })
    expect(guard(kernelNamed('reduce-sum')).report).toEqual({ group: 1, binding: 0 })
  })

  test('[I9] turns are counted together, and loop by loop where a barrier is in reach', () => {
    const together = guard(kernelNamed('life')).source
    expect(together.match(/mask_turns\b/g)).toHaveLength(5)
    const apart = guard(kernelNamed('matrix-multiply')).source
    expect(apart).toContain('{ var mask_turns1 = 500u; var mask_turns2 = 500u; ')
  })

  test('a function that was left by "return" alone still ends in a value', () => {
    const { source } = guard(kernelNamed('loops-of-all-kinds'))
    expect(source.match(/return (u32|vec2<u32>)\(\); }/g)).toHaveLength(2)
  })

  test('lines stay where they were', () => {
    for (const { source } of kernels)
      expect(guard(source).source.split('\n').length).toBe(source.split('\n').length + 4)
  })

  test('a loop without a body, and a word of WGSL that means something else, are refused', () => {
    expect(refusalOf(() => guard(kernel('for (;;);'))).where).toBe('1:41')
    expect(refusalOf(() => guard(kernel('for for {}'))).where).toBe('1:41')
    expect(refusalOf(() => guard(`fn atomicMax() {} ${kernel('')}`)).message).toContain('"atomicMax"')
  })
})
