import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refusal } from '#protocol/refusal.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { workgroupSizeOf } from '#protocol/wgsl/workgroup.ts'
import { refusalOf } from '../refusal-of.ts'
import { NullCompiler } from './null-compiler.ts'

let dawn: NullCompiler
beforeAll(async () => {
  dawn = await NullCompiler.start()
})
afterAll(() => dawn[Symbol.asyncDispose]())

/** An expression's value, as the number of a binding slot. */
function slotOf(expression: string): number {
  const [binding] = reflect(`@group(0) @binding(${expression}) var s: sampler;`).bindings
  if (!binding) throw new Error('no binding')
  return binding.binding
}

test.each([
  ['-7 / 2 + 10', 7],
  ['-7 % 3 + 10', 9],
  ['(1 << 40) >> 38', 4],
  ['4294967295u + 6u', 5],
  ['u32(-1i)', 4294967295],
  ['u32(3.99)', 3],
  ['u32(-3.9)', 0],
  ['u32(5000000000.0)', 4294967295],
  ['i32(4294967295u) + 2', 1],
  ['u32(true) + u32(bool(7)) + u32(false)', 2],
  ['0xFFu & ~3u', 252],
  ['(5 | 8) ^ 1', 12],
  ['select(3, 4u, 1 < 2 && !(2.5 >= 3))', 4],
  ['select(1, 2, false && 1 / 0 == 1)', 1],
  ['u32(log2(256))', 8],
  ['u32(pow(2, 10)) + u32(exp2(3)) + u32(sqrt(16.))', 1036],
  ['u32(round(2.5)) * 100u + u32(round(3.5)) * 10u + u32(round(2.4))', 242],
  ['u32(ceil(7f / 2f)) + u32(floor(3.9)) + u32(trunc(2.7))', 9],
  ['u32(f32(16777217))', 16777216],
  ['u32(0x1.8p3) + u32(.5e1) + u32(0x10p-2f)', 21],
  ['countOneBits(255) + countLeadingZeros(1) + countTrailingZeros(8)', 42],
  ['firstLeadingBit(40) + firstTrailingBit(40) + firstLeadingBit(-1) + 1', 8],
  ['firstLeadingBit(-5i)', 2],
  ['min(3, 4) + max(1, 2) + clamp(9, 2, 5) + abs(-2) + sign(-3) + 1', 12],
  ['vec3u(4, 5, 6).y + vec2(7, 8)[1] + array(1, 2, 3)[2] + vec4<i32>(9).w', undefined],
  ['vec3u(4, 5, 6).y + vec2u(7, 8)[1] + array<u32, 2>(1, 2)[1] + vec4<u32>(9).w', 24],
  ['vec3(vec2(1, 2), 3).z', 3],
  ['1u << 32u', undefined],
  ['1 << 64', undefined],
  ['1i << 31u', undefined],
  ['9223372036854775807 + 1', undefined],
  ['2147483648i', undefined],
  ['1u + 1i', undefined],
  ['1 + 1.5', undefined],
  ['1.0 / 0.0', undefined],
  ['8 % 0', undefined],
  ['-1', undefined],
  ['true', undefined],
])('%s is %d, for the compiler too', async (expression, value) => {
  if (value === undefined) {
    expect(refusalOf(() => slotOf(expression)).reason).toBe('kernelInvalid')
    const [fault] = await dawn.faults([{ source: slotKernel(expression), layout: [] }])
    expect(fault).not.toBe('')
  } else {
    expect(slotOf(expression)).toBe(value)
    const [fault] = await dawn.faults([{ source: `const_assert (${expression}) == ${value};`, layout: [] }])
    expect(fault).toBe('')
  }
})

const slotKernel = (expression: string) => `@group(0) @binding(${expression}) var s: sampler;`

const { tree } = fc.letrec<{ tree: string; leaf: string; pair: string; unary: string; call: string }>(
  (tie) => ({
    leaf: fc.oneof(
      fc.nat(40).map(String),
      fc.nat(40).map((value) => `${value}u`),
      fc.nat(40).map((value) => `${value}i`),
      fc.constantFrom('0x7fffffff', '4294967295u', '2147483647i', '1.5', '2f', '0x1p4', 'A', 'B', 'C'),
    ),
    pair: fc
      .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/', '%', '<<', '>>', '&', '|', '^'), tie('tree'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    unary: fc
      .tuple(fc.constantFrom('-', '~'), tie('tree'))
      .map(([operator, inner]) => `${operator}(${inner})`),
    call: fc.oneof(
      fc
        .tuple(
          fc.constantFrom('u32', 'i32', 'f32', 'abs', 'sign', 'countOneBits', 'firstLeadingBit', 'floor'),
          tie('tree'),
        )
        .map(([name, inner]) => `${name}(${inner})`),
      fc
        .tuple(fc.constantFrom('min', 'max'), tie('tree'), tie('tree'))
        .map(([name, left, right]) => `${name}(${left}, ${right})`),
      fc
        .tuple(tie('tree'), tie('tree'), tie('tree'), fc.constantFrom('<', '>', '<=', '>=', '==', '!='))
        .map(([left, right, other, compare]) => `select(${left}, ${other}, ${left} ${compare} ${right})`),
    ),
    tree: fc.oneof(
      { maxDepth: 3, depthSize: 'medium' },
      tie('leaf'),
      tie('pair'),
      tie('pair'),
      tie('unary'),
      tie('call'),
    ),
  }),
)

test('random expressions have the value that the compiler gives them', async () => {
  const constants = 'const A = 3; const B: u32 = A + 4; const C = i32(B) * 2;'
  let compared = 0
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { minLength: 20, maxLength: 20 }), async (expressions) => {
      const valued = expressions.flatMap((expression) => {
        try {
          const [binding] = reflect(`${constants} ${slotKernel(expression)}`).bindings
          return binding ? [`${constants} const_assert (${expression}) == ${binding.binding};`] : []
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          return []
        }
      })
      const faults = await dawn.faults(valued.map((source) => ({ source, layout: [] })))
      for (const [index, fault] of faults.entries()) {
        // The compiler is stricter about what overflows and what mixes; it must never see another value.
        expect(fault, valued[index]).not.toContain('const assertion failed')
        if (fault === '') compared += 1
      }
    }),
    { numRuns: 150, seed: 5 },
  )
  expect(compared).toBeGreaterThan(700)
})

test('overrides are converted as WebGPU converts them', () => {
  const source = `override a = 4; override b: u32 = 4; override c: bool; override d = 2.5; override e: f16 = 1h;
    @compute @workgroup_size(u32(a) + b, select(1, 2, c), u32(d * 2)) fn main() { _ = e; }`
  const reflection = reflect(source)
  const [entry] = reflection.entryPoints
  if (!entry) throw new Error('no entry point')
  expect(workgroupSizeOf(reflection, entry, { c: 0 })).toEqual([8, 1, 5])
  expect(workgroupSizeOf(reflection, entry, { a: 6.9, b: 2, c: 3, d: 0.5 })).toEqual([8, 2, 1])
})
