import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate, evaluateCount, parseExpression, type Variables } from '#protocol/expression.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { refusalOf } from './refusal-of.ts'

const variables: Variables = { '$unit.begin': 100, '$unit.count': 7, '$unit.index': 3, $i: 2 }
const valueOf = (text: string) => evaluate(parseExpression(text), variables)

/** An expression as text with every bracket it may need, and its value by JavaScript's own arithmetic. */
interface Witness {
  readonly text: string
  readonly value: number
}

const { tree } = fc.letrec<{ tree: Witness; leaf: Witness; sum: Witness; call: Witness; minus: Witness }>(
  (tie) => ({
    leaf: fc.oneof(
      fc.nat(1_000).map((value) => ({ text: `${value}`, value })),
      fc.nat(99).map((cents) => ({
        text: `3.${`${cents}`.padStart(2, '0')}`,
        value: Number(`3.${`${cents}`.padStart(2, '0')}`),
      })),
      fc.constantFrom(...Object.entries(variables)).map(([text, value]) => ({ text, value })),
    ),
    sum: fc
      .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/', '%'), tie('tree'), fc.constantFrom('', ' '))
      .map(([left, operator, right, gap]) => ({
        text: `(${left.text}${gap}${operator}${gap}${right.text})`,
        value: arithmetic(left.value, operator, right.value),
      })),
    call: fc.oneof(
      tie('tree').map((inner) => ({ text: `ceil(${inner.text})`, value: Math.ceil(inner.value) })),
      tie('tree').map((inner) => ({ text: `floor(${inner.text})`, value: Math.floor(inner.value) })),
      fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((inner) => ({
        text: `min(${inner.map(({ text }) => text).join(', ')})`,
        value: Math.min(...inner.map(({ value }) => value)),
      })),
      fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((inner) => ({
        text: `max(${inner.map(({ text }) => text).join(',')})`,
        value: Math.max(...inner.map(({ value }) => value)),
      })),
    ),
    minus: tie('tree').map((inner) => ({ text: `(-${inner.text})`, value: 0 - inner.value })),
    tree: fc.oneof({ maxDepth: 5, depthSize: 'medium' }, tie('leaf'), tie('sum'), tie('call'), tie('minus')),
  }),
)

function arithmetic(left: number, operator: string, right: number): number {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return operator === '/' ? left / right : left % right
}

describe('expressions', () => {
  test.each([
    ['1', 1],
    ['007', 7],
    ['1.25', 1.25],
    [' 1 + 2 ', 3],
    ['$unit.begin+$unit.count*$unit.index-$i', 119],
    ['1+2*3', 7],
    ['(1+2)*3', 9],
    ['10-4-3', 3],
    ['100/10/5', 2],
    ['17%5*2', 4],
    ['2*17%5', 4],
    ['7/2', 3.5],
    ['-3+5', 2],
    ['-2*3', -6],
    ['2*-3', -6],
    ['8/-2*4', -16],
    ['--4', 4],
    ['2--4', 6],
    ['ceil(7/2)', 4],
    ['floor(7/2)', 3],
    ['min(3,1,2)', 1],
    ['max(3, 1, 2)', 3],
    ['ceil($unit.count/64)*64', 64],
    ['max(min(4,5),ceil(0.2))', 4],
    ['1e3+2.5E-1', 1000.25],
    ['round(2.5)+abs(0-3)', 6],
    ['sqrt(2)*sqrt(2)', Math.SQRT2 * Math.SQRT2],
    ['pow(3,4)', 81],
    ['pow(0.5,0)', 1],
    ['log2(1)', 0],
    ['log2(1023.9)', 9],
    ['log2(1024)', 10],
  ])('[P2] %s is %d', (text, value) => {
    expect(valueOf(text)).toBe(value)
  })

  test.each([
    ['', 'the end'],
    ['1+', 'the end'],
    ['1 2', '"2" at column 3'],
    ['(1', 'the end'],
    ['1)', '")" at column 2'],
    ['1 + * 2', '"*" at column 5'],
    ['$', '"$" at column 1'],
    ['$unit.', '"." at column 6'],
    ['unit', '"unit" at column 1'],
    ['ceil 1', '"1" at column 6'],
    ['max()', '")" at column 5'],
    ['max(1,)', '")" at column 7'],
    ['1;2', '";" at column 2'],
    ['1e', '"e" at column 2'],
    ['0x10', '"x10" at column 2'],
    ['pow(2)', '")" at column 6'],
    ['2**3', '"*" at column 3'],
    ['.5', '"." at column 1'],
    ['constructor(1)', '"constructor" at column 1'],
    ['１', '"１" at column 1'],
    ['ceil(1,2)', '"," at column 7'],
  ])('[P2] "%s" is refused, naming %s', (text, found) => {
    const refusal = refusalOf(() => parseExpression(text))
    expect(refusal.reason).toBe('expressionInvalid')
    expect(refusal.message).toContain(`found ${found}`)
  })

  test.each([
    '1/0',
    '0/0',
    '1%0',
    'pow(2,0.5)',
    'pow(2,0-1)',
    'pow(2,1025)',
    'log2(0.5)',
    'sqrt(0-1)',
    '1e999',
    `${'9'.repeat(190)}*${'9'.repeat(5)}/0`,
  ])('[P2] %s has no finite value', (text) => {
    expect(refusalOf(() => valueOf(text)).reason).toBe('expressionInvalid')
  })

  test.each(['7/2', '0-1', '9007199254740992'])('[P2] %s is no count', (text) => {
    expect(refusalOf(() => evaluateCount(text, variables)).reason).toBe('expressionInvalid')
  })

  test('[P2] length and depth are bounded', () => {
    const deep = (depth: number) => '('.repeat(depth) + '1' + ')'.repeat(depth)
    expect(valueOf(deep(limits.expressionDepthMax))).toBe(1)
    expect(refusalOf(() => valueOf(deep(limits.expressionDepthMax + 1))).message).toContain(
      'nested too deeply',
    )
    expect(refusalOf(() => valueOf(`${'-'.repeat(100)}1`)).message).toContain('nested too deeply')
    expect(valueOf(`${' '.repeat(limits.expressionCharactersMax - 1)}1`)).toBe(1)
    expect(refusalOf(() => valueOf(`${' '.repeat(limits.expressionCharactersMax)}1`)).reason).toBe(
      'expressionInvalid',
    )
  })

  test('[P2] a tree printed and parsed has the value of plain arithmetic', () => {
    let compared = 0
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        fc.pre(text.length <= limits.expressionCharactersMax)
        if (Number.isFinite(value)) expect(valueOf(text) === value, `${text} is ${value}`).toBe(true)
        else refusalOf(() => valueOf(text))
        compared += 1
      }),
      { numRuns: 3_000 },
    )
    expect(compared).toBe(3_000)
  })

  test('[P2] no text crashes or hangs the parser', () => {
    const piece = fc.constantFrom(
      ...[
        '(',
        ')',
        '+',
        '-',
        '*',
        '/',
        '%',
        ',',
        ' ',
        '1',
        '2.5',
        '.',
        '$i',
        '$unit.count',
        '$',
        'min',
        'ceil(',
      ],
      ...['e', '"', '\\', '\n', '\u0000', 'π', '😀', '\ud800', '__proto__', 'toString'],
    )
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary', maxLength: 220 }),
    )
    const seen = { values: 0, refusals: 0 }
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(Number.isFinite(evaluateCount(text, variables))).toBe(true)
          seen.values += 1
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          expect(error.reason).toBe('expressionInvalid')
          seen.refusals += 1
        }
      }),
      { numRuns: 20_000 },
    )
    expect(seen.values).toBeGreaterThan(20)
    expect(seen.refusals).toBeGreaterThan(10_000)
  })
})
