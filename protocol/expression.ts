import { unreachable } from './assert.ts'
import { limits } from './limits.ts'
import { Refusal } from './refusal.ts'

/**
 * The manifest's arithmetic: `+ - * / %`, brackets, functions, decimal numbers and variables such as `$unit.begin`,
 * `$i` or `$width`. Parsed and bounded, never JavaScript. Every operation gives the same bits on every machine, which
 * is why there is no `sin` and why `pow` takes whole exponents.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'variable'; readonly name: string }
  | {
      readonly kind: 'operation'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'call'; readonly callee: FunctionName; readonly values: readonly Expression[] }

/** Values by name, the `$` included. */
export type Variables = Readonly<Record<string, number>>

/** A number, or an expression as text. */
export type Amount = number | string

const functions = {
  ceil: Math.ceil,
  floor: Math.floor,
  round: Math.round,
  abs: Math.abs,
  sqrt: Math.sqrt,
  min: Math.min,
  max: Math.max,
  pow: wholePower,
  log2: wholeLogarithm,
} as const
type FunctionName = keyof typeof functions
/** How many values a function takes; those not listed take one. */
const valueCounts: Partial<Record<FunctionName, { least: number; most: number }>> = {
  min: { least: 1, most: 16 },
  max: { least: 1, most: 16 },
  pow: { least: 2, most: 2 },
}

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

/** The value of a number or of an expression as text. @throws {Refusal} `expressionInvalid` */
export function evaluateAmount(amount: Amount, variables: Variables): number {
  return typeof amount === 'number' ? amount : evaluate(parseExpression(amount), variables)
}

/** Evaluates to a whole number from 0 to 2^53 - 1. @throws {Refusal} `expressionInvalid` */
export function evaluateCount(amount: Amount, variables: Variables): number {
  const value = evaluateAmount(amount, variables)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Refusal(
      'expressionInvalid',
      `"${amount}" is ${value}; a count must be a whole number that is not negative.`,
    )
  return value
}

/** The names of the variables in an expression, the `$` included. */
export function variablesIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (part: Expression): void => {
    if (part.kind === 'variable') names.add(part.name)
    if (part.kind === 'operation') for (const side of [part.left, part.right]) visit(side)
    if (part.kind === 'call') part.values.forEach(visit)
  }
  visit(expression)
  return names
}

function compute(expression: Expression, variables: Variables): number {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'variable':
      return variableOf(expression.name, variables)
    case 'operation':
      return operations[expression.operator](
        compute(expression.left, variables),
        compute(expression.right, variables),
      )
    case 'call':
      return functions[expression.callee](
        ...(expression.values.map((value) => compute(value, variables)) as [number, number]),
      )
    default:
      return unreachable(expression)
  }
}

function variableOf(name: string, variables: Variables): number {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (value === undefined)
    throw new Refusal('expressionInvalid', `There is no ${name} here.`, {
      where: name,
      next: `Use one of: ${Object.keys(variables).join(', ')}.`,
    })
  return value
}

/** By repeated multiplication: engines may round `Math.pow` differently. */
function wholePower(base: number, exponent: number): number {
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 1024) return NaN
  let power = 1
  for (let times = 0; times < exponent; times += 1) power *= base
  return power
}

/** The whole part of the logarithm to base two; of less than one, no number. */
function wholeLogarithm(value: number): number {
  if (!(value >= 1) || !Number.isFinite(value)) return NaN
  let exponent = 0
  for (let rest = value; rest >= 2; rest /= 2) exponent += 1
  return exponent
}

/** Splits text into tokens and knows where each began. */
class Reader {
  readonly #tokens: { text: string; column: number }[] = []
  readonly #text: string
  #next = 0

  constructor(text: string) {
    this.#text = text
    const token =
      /\s*(?:(\d+(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?|[a-z]\w*|[-+*/%(),])|(\S))/gy
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
  if (/^\$[A-Za-z_]/.test(token)) {
    reader.take()
    return { kind: 'variable', name: token }
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
  const { least, most } = valueCounts[callee] ?? { least: 1, most: 1 }
  while (values.length < most && reader.peek() === ',') {
    reader.take()
    values.push(readSum(reader, 0, depth + 1))
  }
  if (values.length < least) throw reader.refuse(`${callee} takes ${least} values`)
  if (reader.peek() !== ')') throw reader.refuse('expected ")"')
  reader.take()
  return { kind: 'call', callee, values }
}
