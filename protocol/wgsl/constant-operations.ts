import { alike, floatOf, isWhole, wholeOf, type WholeValue } from './constant-values.ts'
import { refusalAt } from './kernel-text.ts'
import type { ConstantValue, Position } from './reflection.ts'

/** `-a`, `!a`, `~a`. @throws {Refusal} `kernelInvalid` where the type has no such operator. */
export function applyUnary(operator: string, operand: ConstantValue, position: Position): ConstantValue {
  if (operator === '!' && operand.type === 'bool') return { type: 'bool', value: !operand.value }
  if (operator === '~' && isWhole(operand)) return wholeOf(operand.type, ~operand.value, position)
  if (operator === '-' && operand.type !== 'bool' && operand.type !== 'u32')
    return isWhole(operand)
      ? wholeOf(operand.type, -operand.value, position)
      : floatOf(operand.type, -operand.value, position)
  throw refusalAt(position, `"${operator}" does not go with ${operand.type}.`)
}

/** An operator between two constants, e.g. `a << b`. @throws {Refusal} `kernelInvalid` where it has no value. */
export function applyBinary(
  operator: string,
  left: ConstantValue,
  right: ConstantValue,
  position: Position,
): ConstantValue {
  if (operator === '<<' || operator === '>>') return shift(operator, left, right, position)
  const [a, b] = alike([left, right], position)
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
  if (a && b && compare) return { type: 'bool', value: compare(a.value, b.value) }
  if (a?.type === 'bool' && b?.type === 'bool') {
    if (operator === '&&' || operator === '&') return { type: 'bool', value: a.value && b.value }
    if (operator === '||' || operator === '|') return { type: 'bool', value: a.value || b.value }
  } else if (a && b && isWhole(a) && isWhole(b)) {
    return wholeOf(a.type, computeWhole(operator, a, b, position), position)
  } else if (typeof a?.value === 'number' && typeof b?.value === 'number') {
    return floatOf(a.type, computeFloat(operator, a.value, b.value, position), position)
  }
  throw refusalAt(position, `"${operator}" does not go with ${left.type}.`)
}

type Comparable = bigint | number | boolean
const comparisons: Readonly<Record<string, (left: Comparable, right: Comparable) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
}

function computeWhole(operator: string, left: WholeValue, right: WholeValue, position: Position): bigint {
  const [a, b] = [left.value, right.value]
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
    case '%':
      if (b === 0n) throw refusalAt(position, 'A constant is divided by zero.')
      return operator === '/' ? a / b : a % b
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    default:
      throw refusalAt(position, `"${operator}" does not go with ${left.type}.`)
  }
}

function computeFloat(operator: string, left: number, right: number, position: Position): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    default:
      throw refusalAt(position, `"${operator}" does not go with floats.`)
  }
}

function shift(
  operator: string,
  left: ConstantValue,
  right: ConstantValue,
  position: Position,
): ConstantValue {
  if (!isWhole(left) || !isWhole(right) || right.type === 'i32')
    throw refusalAt(position, `"${operator}" shifts whole numbers by a u32.`)
  const bits = left.type === 'abstractInt' ? 64n : 32n
  if (right.value < 0n || right.value >= bits)
    throw refusalAt(position, `A shift by ${right.value} leaves nothing.`)
  if (operator === '>>') return wholeOf(left.type, left.value >> right.value, position)
  return wholeOf(left.type, left.value << right.value, position, left.type === 'i32' ? 'exact' : 'wrap')
}
