import { unreachable } from '../assert.ts'
import { refusalAt } from './kernel-text.ts'
import type { ConstantValue, Position } from './reflection.ts'

export type ValueType = ConstantValue['type']
export type WholeValue = Extract<ConstantValue, { value: bigint }>
export type FloatValue = Extract<ConstantValue, { type: 'abstractFloat' | 'f32' }>

const wholeLiteral = /^(0|[1-9]\d*|0[xX][0-9a-fA-F]+)([iu]?)$/
const floatLiteral = /^(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)(f?)$/
const hexFloatLiteral = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d+)(f?))?$/
const LITERAL_CHARACTERS_MAX = 100

/** The value of a literal. @throws {Refusal} `kernelInvalid` for `f16`, which no size is made of. */
export function literalValue(text: string, position: Position): ConstantValue {
  if (text.length <= LITERAL_CHARACTERS_MAX) {
    const whole = wholeLiteral.exec(text)
    if (whole?.[1] !== undefined)
      return wholeOf(whole[2] ? `${whole[2]}32` : 'abstractInt', BigInt(whole[1]), position, 'exact')
    const float = floatLiteral.exec(text)
    if (float) return floatOf(float[2] ? 'f32' : 'abstractFloat', Number(float[1]), position)
    const hex = hexFloatLiteral.exec(text)
    if (hex) return hexFloat(hex, position)
  }
  throw refusalAt(position, `"${text.slice(0, 40)}" is no number that a size can be made of.`)
}

function hexFloat(match: RegExpExecArray, position: Position): ConstantValue {
  const [, whole = '', fraction = '', exponent = '0', suffix] = match
  const digits = Number(`0x${whole}${fraction}`)
  return floatOf(
    suffix ? 'f32' : 'abstractFloat',
    digits * 2 ** (Number(exponent) - 4 * fraction.length),
    position,
  )
}

/** A whole number of a type. Concrete types wrap around, as WGSL has it, unless it must be `exact`. */
export function wholeOf(
  type: string,
  value: bigint,
  position: Position,
  mode: 'wrap' | 'exact' = 'wrap',
): WholeValue {
  switch (type) {
    case 'i32':
    case 'u32': {
      const wrapped = type === 'i32' ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value)
      if (mode === 'exact' && wrapped !== value)
        throw refusalAt(position, `${value} does not fit in ${type}.`)
      return { type, value: wrapped }
    }
    case 'abstractInt':
      if (BigInt.asIntN(64, value) !== value) throw refusalAt(position, 'A constant exceeds 64 bits.')
      return { type, value }
    default:
      throw refusalAt(position, `A whole number is expected, not ${type}.`)
  }
}

/** A float of a type, rounded to it. */
export function floatOf(type: FloatValue['type'], value: number, position: Position): FloatValue {
  const rounded = type === 'f32' ? Math.fround(value) : value
  if (!Number.isFinite(rounded)) throw refusalAt(position, 'A constant is not finite.')
  return { type, value: rounded }
}

export function isWhole(value: ConstantValue): value is WholeValue {
  return typeof value.value === 'bigint'
}

/** Converts as WGSL does unasked: from abstract types only. `undefined` where it does not. */
export function implicitly(
  value: ConstantValue,
  type: ValueType,
  position: Position,
): ConstantValue | undefined {
  if (value.type === type) return value
  if (value.type === 'abstractInt') {
    if (type === 'i32' || type === 'u32') return wholeOf(type, value.value, position, 'exact')
    if (type === 'f32' || type === 'abstractFloat') return floatOf(type, Number(value.value), position)
  }
  if (value.type === 'abstractFloat' && type === 'f32') return floatOf(type, value.value, position)
  return undefined
}

/** Brings values to the one type that all convert to. */
export function alike(values: readonly ConstantValue[], position: Position): ConstantValue[] {
  for (const { type } of values) {
    const converted = values.map((value) =>
      canBecome(value, type) ? implicitly(value, type, position) : undefined,
    )
    if (converted.every((value) => value !== undefined)) return converted
  }
  throw refusalAt(position, `Types are mixed: ${values.map(({ type }) => type).join(' and ')}.`)
}

function canBecome(value: ConstantValue, type: ValueType): boolean {
  if (value.type === type) return true
  if (value.type === 'abstractInt') return type !== 'bool'
  return value.type === 'abstractFloat' && type === 'f32'
}

/** A value constructor: `u32(x)`, `f32(x)`, `bool(x)`. */
export function construct(
  type: 'bool' | 'i32' | 'u32' | 'f32',
  value: ConstantValue,
  position: Position,
): ConstantValue {
  switch (type) {
    case 'bool':
      return { type, value: Boolean(value.value) }
    case 'f32':
      return floatOf(type, Number(value.value), position)
    case 'i32':
    case 'u32':
      if (isWhole(value))
        return wholeOf(type, value.value, position, value.type === 'abstractInt' ? 'exact' : 'wrap')
      if (value.type === 'bool') return { type, value: BigInt(value.value) }
      return { type, value: clampToWord(type, value.value) }
    default:
      return unreachable(type)
  }
}

function clampToWord(type: 'i32' | 'u32', value: number): bigint {
  const [low, high] = type === 'i32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  return BigInt(Math.min(high, Math.max(low, Math.trunc(value))))
}

/** A value as a count, a slot or a size: a whole number from `min` to 2^32 - 1. */
export function toCount(value: ConstantValue, what: string, min: number, position: Position): number {
  if (!isWhole(value)) throw refusalAt(position, `${what} must be a whole number, not ${value.type}.`)
  if (value.value < min || value.value > 0xffff_ffffn)
    throw refusalAt(position, `${what} is ${value.value}; it must be at least ${min} and fit in 32 bits.`)
  return Number(value.value)
}
