import { kernelBounds } from './kernel-text.ts'
import type { Cursor } from './cursor.ts'

/** An expression or a type as written: in WGSL, a type is a name with parameters. `begin` is an offset. */
export type Syntax =
  | { readonly kind: 'number'; readonly text: string; readonly begin: number }
  | NameSyntax
  | {
      readonly kind: 'call'
      readonly callee: NameSyntax
      readonly operands: readonly Syntax[]
      readonly begin: number
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Syntax; readonly begin: number }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: Syntax
      readonly right: Syntax
      readonly begin: number
    }
  | { readonly kind: 'member'; readonly of: Syntax; readonly name: string; readonly begin: number }
  | { readonly kind: 'element'; readonly of: Syntax; readonly at: Syntax; readonly begin: number }

export interface NameSyntax {
  readonly kind: 'name'
  readonly name: string
  readonly parameters: readonly Syntax[]
  readonly begin: number
}

const strengths: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
}

/**
 * Reads one expression by precedence climbing. WGSL's own grammar is stricter (`a & b + c` needs brackets); what that
 * forbids is left to the compiler.
 *
 * @throws {Refusal} `kernelInvalid` when there is none, or one too long.
 */
export function readExpression(cursor: Cursor): Syntax {
  const begin = cursor.index
  return readOperation(cursor, 0, begin)
}

/** Reads a type: a name, with template parameters or without. */
export function readType(cursor: Cursor): NameSyntax {
  return readName(cursor, cursor.index, 'a type')
}

/** Reads `a, b, c,` up to a closing bracket, which it takes. */
export function readList(cursor: Cursor, closing: string): Syntax[] {
  return readListFrom(cursor, closing, cursor.index)
}

function readOperation(cursor: Cursor, strengthMin: number, first: number): Syntax {
  let left = readUnary(cursor, first)
  for (;;) {
    const operator = operatorAhead(cursor)
    const strength = operator === undefined ? undefined : strengths[operator]
    if (operator === undefined || strength === undefined || strength <= strengthMin) return left
    const { begin } = cursor.take()
    if (operator === '>>' || operator === '>=') cursor.take()
    left = { kind: 'binary', operator, left, right: readOperation(cursor, strength, first), begin }
  }
}

/** Bounds every recursion over the expression, here and later. */
function checkLength(cursor: Cursor, first: number) {
  const { expressionTokensMax } = kernelBounds
  if (cursor.index - first > expressionTokensMax)
    throw cursor.refusal(`an expression may have ${expressionTokensMax} tokens`)
}

/** The lexer leaves `>>` and `>=` in two pieces. */
function operatorAhead(cursor: Cursor): string | undefined {
  const { ahead } = cursor
  if (ahead.kind !== 'symbol') return undefined
  if (ahead.text !== '>') return ahead.text
  const next = cursor.tokens.list[cursor.index + 1]
  const touches = next?.kind === 'symbol' && next.begin === ahead.end
  return touches && (next.text === '>' || next.text === '=') ? `>${next.text}` : '>'
}

function readUnary(cursor: Cursor, first: number): Syntax {
  checkLength(cursor, first)
  const { ahead } = cursor
  if (ahead.kind === 'symbol' && '-!~&*'.includes(ahead.text)) {
    cursor.take()
    return { kind: 'unary', operator: ahead.text, operand: readUnary(cursor, first), begin: ahead.begin }
  }
  return readPostfix(cursor, readPrimary(cursor, first), first)
}

function readPostfix(cursor: Cursor, inner: Syntax, first: number): Syntax {
  let value = inner
  for (;;) {
    checkLength(cursor, first)
    const { begin } = cursor.ahead
    if (cursor.takeIf('.'))
      value = { kind: 'member', of: value, name: cursor.expectName("a member's name").text, begin }
    else if (cursor.takeIf('[')) {
      value = { kind: 'element', of: value, at: readOperation(cursor, 0, first), begin }
      cursor.expect(']', 'after an index')
    } else return value
  }
}

function readPrimary(cursor: Cursor, first: number): Syntax {
  const { ahead } = cursor
  if (ahead.kind === 'number') return { kind: 'number', text: cursor.take().text, begin: ahead.begin }
  if (cursor.takeIf('(')) {
    const inner = readOperation(cursor, 0, first)
    cursor.expect(')', 'after an expression')
    return inner
  }
  const callee = readName(cursor, first, 'an expression')
  if (!cursor.takeIf('(')) return callee
  return { kind: 'call', callee, operands: readListFrom(cursor, ')', first), begin: callee.begin }
}

function readName(cursor: Cursor, first: number, what: string): NameSyntax {
  const { text, begin } = cursor.expectName(what)
  const isTemplate = cursor.ahead.kind === 'template' && cursor.takeIf('<')
  return { kind: 'name', name: text, parameters: isTemplate ? readListFrom(cursor, '>', first) : [], begin }
}

function readListFrom(cursor: Cursor, closing: string, first: number): Syntax[] {
  const items: Syntax[] = []
  while (!cursor.takeIf(closing)) {
    items.push(readOperation(cursor, 0, first))
    if (!cursor.takeIf(',') && !cursor.sees(closing)) throw cursor.refusal(`expected "," or "${closing}"`)
  }
  return items
}
