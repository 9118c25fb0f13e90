import {
  alike,
  construct,
  floatOf,
  implicitly,
  isWhole,
  type FloatValue,
  type WholeValue,
} from './constant-values.ts'
import { refusalAt } from './kernel-text.ts'
import type { ConstantValue, Position } from './reflection.ts'

type Apply = (operands: readonly ConstantValue[], position: Position) => ConstantValue

/**
 * Calls a built-in function or a value constructor, of those that a size may be made of.
 *
 * @throws {Refusal} `kernelInvalid` for any other function, and for operands that it does not take.
 */
export function applyCall(
  callee: string,
  operands: readonly ConstantValue[],
  position: Position,
): ConstantValue {
  const apply = Object.hasOwn(functions, callee) ? functions[callee] : undefined
  if (!apply) throw refusalAt(position, `A size cannot be made with "${callee}".`)
  return apply(operands, position)
}

/** Whether `applyCall` knows it. */
export function isConstantFunction(name: string): boolean {
  return Object.hasOwn(functions, name)
}

const functions: Readonly<Record<string, Apply>> = {
  bool: constructor('bool'),
  i32: constructor('i32'),
  u32: constructor('u32'),
  f32: constructor('f32'),
  select(operands, position) {
    const [whenFalse, whenTrue] = alike(operands.slice(0, 2), position)
    const condition = operands[2]
    if (operands.length !== 3 || !whenFalse || !whenTrue || condition?.type !== 'bool')
      throw wrong('select', position)
    return condition.value ? whenTrue : whenFalse
  },
  min: choice('min', 2, ([a, b]) => (b.value < a.value ? b : a)),
  max: choice('max', 2, ([a, b]) => (b.value > a.value ? b : a)),
  clamp: choice('clamp', 3, ([value, low, high = low]) => {
    const raised = low.value > value.value ? low : value
    return high.value < raised.value ? high : raised
  }),
  abs: magnitude('abs', (value) => (value < 0n ? -value : value), Math.abs),
  sign: magnitude('sign', (value) => (value > 0n ? 1n : value < 0n ? -1n : 0n), Math.sign),
  ceil: float('ceil', 1, Math.ceil),
  floor: float('floor', 1, Math.floor),
  trunc: float('trunc', 1, Math.trunc),
  round: float('round', 1, roundToEven),
  sqrt: float('sqrt', 1, Math.sqrt),
  log: float('log', 1, Math.log),
  log2: float('log2', 1, Math.log2),
  exp: float('exp', 1, Math.exp),
  exp2: float('exp2', 1, (value) => 2 ** value),
  pow: float('pow', 2, Math.pow),
  countOneBits: bits('countOneBits', countOnes),
  countLeadingZeros: bits('countLeadingZeros', (word) => Math.clz32(word)),
  countTrailingZeros: bits('countTrailingZeros', trailingZeros),
  firstTrailingBit: bits('firstTrailingBit', (word) => (word === 0 ? -1 : trailingZeros(word))),
  firstLeadingBit: bits('firstLeadingBit', (word, signed) => {
    const magnitude = signed && word >= 2 ** 31 ? ~word : word
    return magnitude === 0 ? -1 : 31 - Math.clz32(magnitude)
  }),
}

function wrong(name: string, position: Position) {
  return refusalAt(position, `"${name}" does not take these operands.`)
}

function constructor(type: 'bool' | 'i32' | 'u32' | 'f32'): Apply {
  return ([value, ...more], position) => {
    if (more.length > 0) throw wrong(type, position)
    return construct(type, value ?? { type: 'abstractInt', value: 0n }, position)
  }
}

function choice(
  name: string,
  count: number,
  choose: (values: [ConstantValue, ConstantValue, ConstantValue?]) => ConstantValue,
): Apply {
  return (operands, position) => {
    const [a, b, c] = alike(operands, position)
    if (!a || !b || operands.length !== count || a.type === 'bool') throw wrong(name, position)
    return choose(c ? [a, b, c] : [a, b])
  }
}

function magnitude(name: string, whole: (value: bigint) => bigint, real: (value: number) => number): Apply {
  return ([value, ...more], position) => {
    if (!value || more.length > 0 || value.type === 'bool') throw wrong(name, position)
    return isWhole(value)
      ? {
          type: value.type,
          value: value.type === 'i32' ? BigInt.asIntN(32, whole(value.value)) : whole(value.value),
        }
      : floatOf(value.type, real(value.value), position)
  }
}

function float(name: string, count: number, compute: (a: number, b: number) => number): Apply {
  return (operands, position) => {
    const real = alike(operands, position).map((value) => toFloat(value, name, position))
    const [a, b] = real
    if (!a || real.length !== count) throw wrong(name, position)
    return floatOf(a.type, compute(a.value, b?.value ?? 0), position)
  }
}

function toFloat(value: ConstantValue, name: string, position: Position): FloatValue {
  const real = value.type === 'abstractInt' ? implicitly(value, 'abstractFloat', position) : value
  if (real?.type === 'f32' || real?.type === 'abstractFloat') return real
  throw wrong(name, position)
}

/** Functions of a word's bits; abstract numbers become `i32` first. */
function bits(name: string, compute: (word: number, signed: boolean) => number): Apply {
  return ([value, ...more], position) => {
    const concrete = value?.type === 'abstractInt' ? implicitly(value, 'i32', position) : value
    if (!concrete || !isWhole(concrete) || more.length > 0) throw wrong(name, position)
    const word = Number(BigInt.asUintN(32, concrete.value))
    const result = BigInt(compute(word, concrete.type === 'i32'))
    const type: WholeValue['type'] = concrete.type
    return { type, value: type === 'i32' ? BigInt.asIntN(32, result) : BigInt.asUintN(32, result) }
  }
}

function countOnes(word: number): number {
  let ones = 0
  for (let rest = word; rest !== 0; rest >>>= 1) ones += rest & 1
  return ones
}

function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word)
}

function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}
