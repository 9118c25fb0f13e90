import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { kernels } from './kernels.ts'

const bound = (type: string) => `@group(0) @binding(0) var<storage> data: ${type};`

describe('hostile kernels', () => {
  const { wgslBytesMax } = limits
  const frames = [
    ['', '', wgslBytesMax],
    ['fn f() { ', ' }', wgslBytesMax],
    ['@group(', ') @binding(0) var<uniform> x: u32;', 16 * 1024],
    ['@group(0) @binding(0) var<storage> x: ', '; ', 16 * 1024],
    ['@compute @workgroup_size(', ') fn f() {}', 16 * 1024],
  ] as const
  test.each([
    ...[
      '(',
      '/*',
      '*/',
      '@',
      'a<',
      '<',
      '>',
      '{',
      '=',
      ';',
      'a<b,',
      '1.',
      '0x',
      '- ',
      'a ',
      '@a(',
      'for ',
      '\u2028',
    ],
    ...['fn ', 'var<', 'const a=', 'struct a{', '::', '"', 'array<', '1+', 'é'],
  ])('256 KiB of %j are read or refused, wherever they stand', (piece) => {
    for (const [before, after, bytes] of frames) {
      const room = bytes - before.length - after.length
      const count = Math.floor(room / new TextEncoder().encode(piece).length)
      expectAnswer(`${before}${piece.repeat(count)}${after}`)
    }
  })

  const chain = (count: number, link: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => link(i)).join('')
  test.each([
    [
      'constants',
      `${chain(7_000, (i) => `const c${i}=c${i + 1}+c${i + 1};`)} @group(c0) @binding(0) var s: sampler;`,
    ],
    [
      'overrides',
      `${chain(5_000, (i) => `override o${i}=o${i + 1};`)} @compute @workgroup_size(o0) fn main() {}`,
    ],
    ['aliases', `${chain(5_000, (i) => `alias A${i}=array<A${i + 1},2>;`)} ${bound('A0')}`],
    ['structures', `${chain(5_000, (i) => `struct S${i}{a:S${i + 1},b:S${i + 1}}`)} ${bound('S0')}`],
    [
      'functions',
      `${chain(60, (i) => `@compute @workgroup_size(1) fn e${i}(){f0();}`)}${chain(8_000, (i) => `fn f${i}(){f${i + 1}();}`)}`,
    ],
    ['members', bound(`array<u32, ${'a.'.repeat(50_000)}a>`)],
    ['signs', bound(`array<u32, ${'- '.repeat(50_000)}1>`)],
    ['digits', bound(`array<u32, ${'1'.repeat(200_000)}>`)],
  ])('endless chains of %s are read or refused', (_, source) => {
    expectAnswer(source)
  })

  test('[I6] kernels with tokens lost, doubled, moved or foreign are read or refused', () => {
    const tokens = kernels.map(({ source }) => source.match(/\w+|\s+|[^\w\s]/gu) ?? [])
    const foreign = [
      '<',
      '>',
      '>>',
      '{',
      '}',
      '(',
      ')',
      ';',
      '@',
      '/*',
      '*/',
      '//',
      ',',
      ':',
      '0x',
      '1e9',
      'struct',
      'é',
      '\0',
    ]
    const seen = { read: 0, refused: 0 }
    const edit = fc.record({
      kernel: fc.nat(tokens.length - 1),
      edits: fc.array(
        fc.record({
          at: fc.double({ min: 0, max: 0.9999, noNaN: true }),
          kind: fc.constantFrom('delete', 'double', 'swap', 'insert'),
          text: fc.constantFrom(...foreign),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    })
    fc.assert(
      fc.property(edit, ({ kernel, edits }) => {
        const list = [...(tokens[kernel] ?? [])]
        for (const { at, kind, text } of edits) {
          const index = Math.floor(at * list.length)
          const token = list[index] ?? ''
          if (kind === 'delete') list.splice(index, 1)
          else if (kind === 'double') list.splice(index, 0, token)
          else if (kind === 'insert') list.splice(index, 0, text)
          else list.splice(index, 2, list[index + 1] ?? '', token)
        }
        seen[expectAnswer(list.join(''))] += 1
      }),
      { numRuns: 20_000, seed: 3 },
    )
    expect(seen.read).toBeGreaterThan(2_000)
    expect(seen.refused).toBeGreaterThan(2_000)
  })
})

/** `reflect` answers or refuses; anything else it throws fails the test. */
function expectAnswer(source: string): 'read' | 'refused' {
  try {
    reflect(source)
    return 'read'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect(error.reason).toBe('kernelInvalid')
    expect(error.where ?? '1:1').toMatch(/^\d+:\d+$/)
    return 'refused'
  }
}
