import { evaluate, parseExpression, variablesIn, type Amount, type Variables } from '#protocol/expression.ts'
import { Refusal } from '#protocol/refusal.ts'

/** An amount of the manifest, parsed once for all the steps in which it is worked out. */
export interface ParsedAmount {
  readonly text: string
  /** The variables it names, the `$` included. */
  readonly variables: ReadonlySet<string>
  /** @throws {Refusal} `expressionInvalid` when there is no finite value. */
  valueIn(variables: Variables): number
}

/** @throws {Refusal} `expressionInvalid` */
export function parseAmount(amount: Amount | boolean): ParsedAmount {
  const text = String(amount)
  if (typeof amount !== 'string') return { text, variables: new Set(), valueIn: () => Number(amount) }
  const expression = parseExpression(amount)
  return {
    text,
    variables: variablesIn(expression),
    valueIn: (variables) => evaluate(expression, variables),
  }
}

/** The amount as a whole number from 0 to 2^53 - 1. @throws {Refusal} `expressionInvalid` */
export function countOf(amount: ParsedAmount, variables: Variables): number {
  const value = amount.valueIn(variables)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new Refusal(
    'expressionInvalid',
    `"${amount.text}" is ${value}; a count must be a whole number that is not negative.`,
  )
}
