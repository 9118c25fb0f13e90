import { limits } from './limits.ts'
import { Refusal } from './refusal.ts'

/**
 * The manifest's arithmetic: `+ - * / %`, brackets, `ceil floor min max`, decimal numbers and the
 * variables `$unit.begin`, `$unit.count`, `$unit.index` and `$i`. Parsed and bounded, never JavaScript.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'variable'; readonly name: VariableName }
  | {
      readonly kind: 'operation'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'call'; readonly callee: FunctionName; readonly values: readonly Expression[] }

const variableNames = ['$unit.begin', '$unit.count', '$unit.index', '$i'] as const
type VariableName = (typeof variableNames)[number]
export type Variables = Readonly<Record<VariableName, number>>

const functions = { ceil: Math.ceil, floor: Math.floor, min: Math.min, max: Math.max } as const
type FunctionName = keyof typeof functions

const operations = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
  '%': (left: number, right: number) => left % right,
} as const
type Operator = keyof typeof operations
const strength: Record<Operator, number> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2 }

/**
 * Parses an expression.
 *
 * @throws {Refusal} `expressionInvalid` with the column of the first thing that does not fit.
 * @example evaluate(parseExpression('ceil($unit.count/64)'), variables)
 */
export function parseExpression(text: string): Expression {
  if (text.length > limits.expressionCharactersMax)
    throw new Refusal(
      'expressionInvalid',
      `An expression may have ${limits.expressionCharactersMax} characters; this has ${text.length}.`,
    )
  const reader = new Reader(text)
  const expression = readSum(reader, 0, 0)
  if (reader.peek() !== undefined) throw reader.refuse('expected the end')
  return expression
}

/**
 * The value of an expression.
 *
 * @throws {Refusal} `expressionInvalid` when it is not a finite number (e.g. a division by zero).
 */
export function evaluate(expression: Expression, variables: Variables): number {
  const value = compute(expression, variables)
  if (!Number.isFinite(value)) throw new Refusal('expressionInvalid', 'The expression has no finite value.')
  return value
}

/** Parses and evaluates to a whole number from 0 to 2^53 - 1. */
export function evaluateCount(text: string, variables: Variables): number {
  const value = evaluate(parseExpression(text), variables)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Refusal(
      'expressionInvalid',
      `"${text}" is ${value}; a count must be a whole number that is not negative.`,
    )
  return value
}

function compute(expression: Expression, variables: Variables): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'variable':
      return variables[expression.name]
    case 'operation':
      return operations[expression.operator](
        compute(expression.left, variables),
        compute(expression.right, variables),
      )
    case 'call':
      return functions[expression.callee](
        ...(expression.values.map((value) => compute(value, variables)) as [number]),
      )
  }
}

/** Splits text into tokens and knows where each began. */
class Reader {
  readonly #tokens: { text: string; column: number }[] = []
  readonly #text: string
  #next = 0

  constructor(text: string) {
    this.#text = text
    const token = /\s*(?:(\d+(?:\.\d+)?|\$[a-z]+(?:\.[a-z]+)?|[a-z]+|[-+*/%(),])|(\S))/gy
    for (let match = token.exec(text); match; match = token.exec(text)) {
      const found = match[1] ?? match[2] ?? ''
      this.#tokens.push({ text: found, column: token.lastIndex - found.length + 1 })
    }
  }

  peek(): string | undefined {
    return this.#tokens[this.#next]?.text
  }

  take(): string | undefined {
    return this.#tokens[this.#next++]?.text
  }

  refuse(what: string): Refusal {
    const token = this.#tokens[this.#next]
    const found = token ? `"${token.text}" at column ${token.column}` : 'the end'
    return new Refusal('expressionInvalid', `In "${this.#text}": ${what}, found ${found}.`)
  }
}

function isOperator(token: string | undefined): token is Operator {
  return token !== undefined && Object.hasOwn(operations, token)
}

/** Precedence climbing; `depth` bounds the recursion. */
function readSum(reader: Reader, strengthMin: number, depth: number): Expression {
  if (depth > limits.expressionDepthMax) throw reader.refuse('nested too deeply')
  let left = readValue(reader, depth)
  for (let token = reader.peek(); isOperator(token) && strength[token] > strengthMin; token = reader.peek()) {
    reader.take()
    left = { kind: 'operation', operator: token, left, right: readSum(reader, strength[token], depth + 1) }
  }
  return left
}

function readValue(reader: Reader, depth: number): Expression {
  const token = reader.peek()
  if (token === undefined) throw reader.refuse('expected a value')
  if (/^\d/.test(token)) {
    reader.take()
    return { kind: 'number', value: Number(token) }
  }
  const variable = variableNames.find((name) => name === token)
  if (variable) {
    reader.take()
    return { kind: 'variable', name: variable }
  }
  if (token === '(') {
    reader.take()
    return readBracket(reader, depth)
  }
  if (token === '-') {
    reader.take()
    return {
      kind: 'operation',
      operator: '-',
      left: { kind: 'number', value: 0 },
      // Binds tighter than every operator between two values: 8/-2*4 is (8/-2)*4.
      right: readSum(reader, strength['*'], depth + 1),
    }
  }
  if (Object.hasOwn(functions, token)) {
    reader.take()
    return readCall(reader, token as FunctionName, depth)
  }
  throw reader.refuse('expected a number, a variable, a function or a bracket')
}

function readBracket(reader: Reader, depth: number): Expression {
  const inner = readSum(reader, 0, depth + 1)
  if (reader.peek() !== ')') throw reader.refuse('expected ")"')
  reader.take()
  return inner
}

function readCall(reader: Reader, callee: FunctionName, depth: number): Expression {
  if (reader.peek() !== '(') throw reader.refuse(`expected "(" after ${callee}`)
  reader.take()
  const values = [readSum(reader, 0, depth + 1)]
  const takesMany = callee === 'min' || callee === 'max'
  while (takesMany && reader.peek() === ',') {
    reader.take()
    values.push(readSum(reader, 0, depth + 1))
  }
  if (reader.peek() !== ')') throw reader.refuse('expected ")"')
  reader.take()
  return { kind: 'call', callee, values }
}
