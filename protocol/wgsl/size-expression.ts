import { applyCall } from './constant-functions.ts'
import { applyBinary, applyUnary } from './constant-operations.ts'
import { refusalAt } from './kernel-text.ts'
import type { ConstantValue, Position, SizeExpression } from './reflection.ts'

/** A binary operator, applied where both sides have values. `&&` and `||` leave a right side alone that cannot matter. */
export function foldBinary(
  operator: string,
  left: SizeExpression,
  readRight: () => SizeExpression,
  position: Position,
): SizeExpression {
  const decides = { '&&': false, '||': true }[operator]
  if (left.kind === 'value' && left.value.type === 'bool' && left.value.value === decides) return left
  const right = readRight()
  return left.kind === 'value' && right.kind === 'value'
    ? { kind: 'value', value: applyBinary(operator, left.value, right.value, position) }
    : { kind: 'binary', operator, left, right, position }
}

/** A unary operator, applied where its operand has a value. */
export function foldUnary(operator: string, operand: SizeExpression, position: Position): SizeExpression {
  return operand.kind === 'value'
    ? { kind: 'value', value: applyUnary(operator, operand.value, position) }
    : { kind: 'unary', operator, operand, position }
}

/** A call, made where all operands have values. */
export function foldCall(
  callee: string,
  operands: readonly SizeExpression[],
  position: Position,
): SizeExpression {
  const values = operands.flatMap((operand) => (operand.kind === 'value' ? [operand.value] : []))
  return values.length === operands.length
    ? { kind: 'value', value: applyCall(callee, values, position) }
    : { kind: 'call', callee, operands, position }
}

/**
 * The value of an expression, given those of the overrides.
 *
 * @throws {Refusal} `kernelInvalid` where it has none, e.g. for a division by zero.
 */
export function evaluateSize(
  expression: SizeExpression,
  overrideValue: (name: string, position: Position) => ConstantValue,
): ConstantValue {
  const inner = (part: SizeExpression) => evaluateSize(part, overrideValue)
  switch (expression.kind) {
    case 'value':
      return expression.value
    case 'override':
      return overrideValue(expression.name, expression.position)
    case 'unary':
      return applyUnary(expression.operator, inner(expression.operand), expression.position)
    case 'binary': {
      const folded = foldBinary(
        expression.operator,
        { kind: 'value', value: inner(expression.left) },
        () => ({ kind: 'value', value: inner(expression.right) }),
        expression.position,
      )
      return folded.kind === 'value' ? folded.value : inner(folded)
    }
    case 'call':
      return applyCall(expression.callee, expression.operands.map(inner), expression.position)
    case 'opaque':
      throw refusalAt(expression.position, expression.why)
  }
}
