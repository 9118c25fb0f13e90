import { Cursor } from './cursor.ts'
import { kernelBounds, type KernelText } from './kernel-text.ts'
import { lex, type Tokens } from './lexer.ts'
import { checkExtension, nativeAttribute, nativeSpace } from './native-only.ts'
import { readList, readType } from './syntax.ts'
import type {
  Attribute,
  Declaration,
  FunctionDeclaration,
  Initialiser,
  KernelModule,
  Member,
} from './declarations.ts'

/**
 * Reads what stands at module scope. Bodies of functions are stepped over; only the names in them are collected.
 *
 * @throws {Refusal} `kernelInvalid` with line and column.
 */
export function readModule(text: KernelText): KernelModule {
  const cursor = new Cursor(lex(text))
  const declarations = new Map<string, Declaration>()
  const enables: string[] = []
  while (cursor.ahead.kind !== 'end') {
    if (cursor.takeIf(';')) continue
    const directive = cursor.ahead.text
    if (directive === 'enable') enables.push(...readDirective(cursor, checkExtension))
    else if (directive === 'requires') readDirective(cursor, () => undefined)
    else if (directive === 'diagnostic' || directive === 'const_assert') skipStatement(cursor)
    else {
      const declaration = readDeclaration(cursor)
      if (declarations.has(declaration.name))
        throw text.refusal(
          declaration.begin,
          `"${declaration.name}" is declared twice.`,
          'The files of "wgsl" are joined into one module, in which every name is there once.',
        )
      declarations.set(declaration.name, declaration)
      if (declarations.size > kernelBounds.declarationsMax)
        throw text.refusal(
          declaration.begin,
          `A kernel has at most ${kernelBounds.declarationsMax} declarations.`,
        )
    }
  }
  return { tokens: cursor.tokens, enables, declarations }
}

function readDirective(
  cursor: Cursor,
  check: (name: string, text: KernelText, begin: number) => void,
): string[] {
  const names: string[] = []
  cursor.take()
  do {
    if (cursor.sees(';')) break
    const { text, begin } = cursor.expectName('the name of an extension')
    check(text, cursor.tokens.text, begin)
    names.push(text)
  } while (cursor.takeIf(','))
  cursor.expect(';', 'after a directive')
  return names
}

function readDeclaration(cursor: Cursor): Declaration {
  const first = cursor.index
  const attributes = readAttributes(cursor)
  const keyword = cursor.ahead.text
  const declare = Object.hasOwn(readers, keyword) ? readers[keyword] : undefined
  if (!declare) throw cursor.refusal('expected a declaration')
  cursor.take()
  const declaration = declare(cursor, attributes)
  return { ...declaration, mentions: mentionsIn(cursor.tokens, first, cursor.index) }
}

/** Spread over the union, which `Omit` alone would melt into one. */
type WithoutMentions<T> = T extends Declaration ? Omit<T, 'mentions'> : never
type Reader = (cursor: Cursor, attributes: readonly Attribute[]) => WithoutMentions<Declaration>

const readers: Readonly<Record<string, Reader>> = {
  const: (cursor, attributes) => readConstant(cursor, attributes, 'const'),
  override: (cursor, attributes) => readConstant(cursor, attributes, 'override'),
  alias(cursor, attributes) {
    const { text: name, begin } = cursor.expectName("an alias's name")
    cursor.expect('=', `after "alias ${name}"`)
    const type = readType(cursor)
    cursor.expect(';', 'after an alias')
    return { kind: 'alias', name, begin, attributes, type }
  },
  struct(cursor, attributes) {
    const { text: name, begin } = cursor.expectName("a structure's name")
    cursor.expect('{', `after "struct ${name}"`)
    return { kind: 'struct', name, begin, attributes, members: readMembers(cursor, '}') }
  },
  var(cursor, attributes) {
    const space = readSpace(cursor)
    const { text: name, begin } = cursor.expectName("a variable's name")
    const type = cursor.takeIf(':') ? readType(cursor) : undefined
    readInitialiser(cursor)
    return { kind: 'var', name, begin, attributes, space, type }
  },
  fn: readFunction,
}

function readConstant(
  cursor: Cursor,
  attributes: readonly Attribute[],
  kind: 'const' | 'override',
): WithoutMentions<Declaration> {
  const { text: name, begin } = cursor.expectName(`the name of a${kind === 'const' ? '' : 'n'} ${kind}`)
  const type = cursor.takeIf(':') ? readType(cursor) : undefined
  return { kind, name, begin, attributes, type, initialiser: readInitialiser(cursor) }
}

/** Takes `= …;` or `;`. */
function readInitialiser(cursor: Cursor): Initialiser | undefined {
  const initialiser = cursor.takeIf('=') ? { token: cursor.index } : undefined
  skipStatement(cursor)
  return initialiser
}

/** To behind the next `;` outside brackets. */
function skipStatement(cursor: Cursor) {
  while (!cursor.takeIf(';')) {
    if (cursor.ahead.kind === 'end' || cursor.sees('}')) throw cursor.refusal('expected ";"')
    if (cursor.tokens.partners.has(cursor.index)) cursor.skipBracket()
    else cursor.take()
  }
}

function readSpace(cursor: Cursor): string[] {
  if (!cursor.takeIf('<')) return []
  const words: string[] = []
  while (!cursor.takeIf('>')) {
    const { text, begin } = cursor.expectName('an address space')
    const advice = nativeSpace(text)
    if (advice !== undefined)
      throw cursor.tokens.text.refusal(begin, `"var<${text}>" is not in the WebGPU standard.`, advice)
    words.push(text)
    if (!cursor.takeIf(',') && !cursor.sees('>')) throw cursor.refusal('expected ">" after an address space')
  }
  return words
}

function readFunction(
  cursor: Cursor,
  attributes: readonly Attribute[],
): Omit<FunctionDeclaration, 'mentions'> {
  const { text: name, begin } = cursor.expectName("a function's name")
  cursor.expect('(', `after "fn ${name}"`)
  const parameters = readMembers(cursor, ')')
  const returned = cursor.takeIf('->') ? readReturn(cursor) : undefined
  readAttributes(cursor)
  const open = cursor.index
  if (!cursor.sees('{')) throw cursor.refusal(`expected the body of "${name}"`)
  cursor.skipBracket()
  const body = { open, close: cursor.index - 1 }
  return {
    kind: 'fn',
    name,
    begin,
    attributes,
    parameters,
    returns: returned?.type,
    returnText: returned?.span,
    body,
    loops: countLoops(cursor.tokens, body.open, body.close),
  }
}

function readReturn(cursor: Cursor) {
  readAttributes(cursor)
  const { begin } = cursor.ahead
  const type = readType(cursor)
  return { type, span: { begin, end: cursor.tokens.list[cursor.index - 1]?.end ?? begin } }
}

function readMembers(cursor: Cursor, closing: '}' | ')'): Member[] {
  const members: Member[] = []
  while (!cursor.takeIf(closing)) {
    const attributes = readAttributes(cursor)
    const { text: name, begin } = cursor.expectName(closing === '}' ? "a field's name" : "a parameter's name")
    cursor.expect(':', `after "${name}"`)
    members.push({ name, begin, type: readType(cursor), attributes })
    if (!cursor.takeIf(',') && !cursor.sees(closing)) throw cursor.refusal(`expected "," or "${closing}"`)
  }
  return members
}

function readAttributes(cursor: Cursor): Attribute[] {
  const attributes: Attribute[] = []
  while (cursor.sees('@')) {
    const { begin } = cursor.take()
    const { text: name, end } = cursor.expectName("an attribute's name")
    const advice = nativeAttribute(name)
    if (advice !== undefined)
      throw cursor.tokens.text.refusal(
        begin,
        `The attribute "@${name}" is not in the WebGPU standard.`,
        advice,
      )
    const insideBegin = cursor.ahead.end
    const operands = cursor.takeIf('(') ? readList(cursor, ')') : undefined
    const closing = operands && cursor.tokens.list[cursor.index - 1]
    attributes.push({
      name,
      operands: operands ?? [],
      span: { begin, end: closing?.end ?? end },
      inside: { begin: closing ? insideBegin : end, end: closing?.begin ?? end },
    })
  }
  return attributes
}

function mentionsIn({ list }: Tokens, from: number, to: number): Set<string> {
  const names = new Set<string>()
  let before = ''
  for (let index = from; index < to; index += 1) {
    const token = list[index]
    if (token?.kind === 'name' && before !== '.' && before !== '@') names.add(token.text)
    before = token?.text ?? ''
  }
  return names
}

/** The keywords of loops; no name can be one. */
export function isLoopWord(word: string): boolean {
  return word === 'for' || word === 'while' || word === 'loop'
}

function countLoops({ list }: Tokens, from: number, to: number): number {
  let loops = 0
  for (let index = from; index < to; index += 1) {
    const token = list[index]
    if (token?.kind === 'name' && isLoopWord(token.text)) loops += 1
  }
  return loops
}
