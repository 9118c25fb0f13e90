import { kernelBounds, type KernelText } from './kernel-text.ts'

/**
 * `name` is a word, keywords included. `template` is a `<` or `>` around template parameters; any other `>` stands
 * alone, so that `>>` and `>=` are two tokens that touch.
 */
export interface Token {
  kind: 'name' | 'number' | 'symbol' | 'template' | 'end'
  readonly text: string
  readonly begin: number
  readonly end: number
}

/** A kernel's tokens, without comments, and where each bracket's partner is. */
export interface Tokens {
  readonly text: KernelText
  /** Ends with one token of the kind `end`. */
  readonly list: readonly Token[]
  /** For the index of each opening bracket, that of its closing one. */
  readonly partners: ReadonlyMap<number, number>
}

const gap = /[ \t\n\v\f\r\u0085\u200e\u200f\u2028\u2029]+/y
const lineComment = /\/\/[^\n\v\f\r\u0085\u2028\u2029]*/y
const commentEdge = /\/\*|\*\//g
const word = /[\p{XID_Start}_]\p{XID_Continue}*/uy
const number =
  /0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*(?:[pP][+-]?\d+[fh]?)?[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?/y
const symbol = /->|<<=|<<|<=|&&|\|\||\+\+|--|==|!=|[-+*/%&|^]=|[-+*/%&|^!~<>=.,:;@()[\]{}]/y

/**
 * Splits a kernel into tokens in time linear in its length.
 *
 * @throws {Refusal} `kernelInvalid` for a character or a comment that WGSL has not, and for unbalanced brackets.
 */
export function lex(text: KernelText): Tokens {
  const list: Token[] = []
  const { source } = text
  let at = skipGaps(text, 0)
  while (at < source.length) {
    const token = readToken(text, at)
    list.push(token)
    at = skipGaps(text, token.end)
  }
  list.push({ kind: 'end', text: 'the end', begin: source.length, end: source.length })
  markTemplates(list)
  return { text, list, partners: pairBrackets(text, list) }
}

function readToken(text: KernelText, begin: number): Token {
  const { source } = text
  for (const { kind, pattern } of likelyFirst(source.charCodeAt(begin))) {
    const end = endOf(pattern, source, begin)
    if (end !== undefined) return { kind, text: source.slice(begin, end), begin, end }
  }
  const character = String.fromCodePoint(source.codePointAt(begin) ?? 0)
  throw text.refusal(
    begin,
    `WGSL has no use for the character ${JSON.stringify(character)} here.`,
    character === '#' ? 'Expand preprocessor directives first: WGSL has none.' : undefined,
  )
}

interface Pattern {
  readonly kind: Token['kind']
  readonly pattern: RegExp
}
const words: readonly Pattern[] = [{ kind: 'name', pattern: word }]
const numbers: readonly Pattern[] = [{ kind: 'number', pattern: number }]
const symbols: readonly Pattern[] = [{ kind: 'symbol', pattern: symbol }]
const dot: readonly Pattern[] = [...numbers, ...symbols]

/** What a token can be by its first character; trying everything everywhere takes twice the time. */
function likelyFirst(code: number): readonly Pattern[] {
  const lower = code | 0x20
  if (code > 0x7f || code === UNDERSCORE || (lower >= LETTER_A && lower <= LETTER_Z)) return words
  if (code >= DIGIT_0 && code <= DIGIT_9) return numbers
  return code === DOT ? dot : symbols
}

const [UNDERSCORE, LETTER_A, LETTER_Z, DIGIT_0, DIGIT_9, DOT, SLASH, SPACE] = [
  0x5f, 0x61, 0x7a, 0x30, 0x39, 0x2e, 0x2f, 0x20,
] as const

function endOf(pattern: RegExp, source: string, begin: number): number | undefined {
  pattern.lastIndex = begin
  return pattern.test(source) ? pattern.lastIndex : undefined
}

/** Past blank space and comments. */
function skipGaps(text: KernelText, begin: number): number {
  for (let at = begin; ;) {
    const end = gapEnd(text, at)
    if (end === undefined) return at
    at = end
  }
}

function gapEnd(text: KernelText, at: number): number | undefined {
  const code = text.source.charCodeAt(at)
  if (code === SLASH) return endOf(lineComment, text.source, at) ?? commentEnd(text, at)
  return code <= SPACE || code > 0x7f ? endOf(gap, text.source, at) : undefined
}

/** Block comments hold block comments. */
function commentEnd(text: KernelText, begin: number): number | undefined {
  if (!text.source.startsWith('/*', begin)) return undefined
  commentEdge.lastIndex = begin
  let depth = 0
  for (let edge = commentEdge.exec(text.source); edge; edge = commentEdge.exec(text.source)) {
    depth += edge[0] === '/*' ? 1 : -1
    if (depth === 0) return commentEdge.lastIndex
  }
  throw text.refusal(begin, 'This comment does not end.', 'Close it with "*/".')
}

/** Tells the brackets of template lists from comparisons: the algorithm of WGSL's section "Template Lists". */
function markTemplates(list: Token[]) {
  const candidates: { readonly opening: Token; readonly depth: number }[] = []
  let depth = 0
  const drop = (depthMin: number) => {
    while ((candidates.at(-1)?.depth ?? -1) >= depthMin) candidates.pop()
  }
  for (let index = 0; index < list.length; index += 1) {
    const token = list[index]
    const next = list[index + 1]
    if (!token || token.kind === 'number') continue
    if (token.kind === 'name') {
      if (next?.text === '<') {
        candidates.push({ opening: next, depth })
        index += 1
      }
      continue
    }
    switch (token.text) {
      case '>': {
        const candidate = candidates.at(-1)
        if (candidate?.depth === depth) {
          candidates.pop()
          candidate.opening.kind = 'template'
          token.kind = 'template'
        } else if (next?.text === '=' && next.begin === token.end) index += 1
        break
      }
      case '(':
      case '[':
        depth += 1
        break
      case ')':
      case ']':
        drop(depth)
        depth = Math.max(0, depth - 1)
        break
      case '&&':
      case '||':
        drop(depth)
        break
      case '=':
      case ';':
      case '{':
      case ':':
        candidates.length = 0
        depth = 0
        break
    }
  }
}

const closings: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

function pairBrackets(text: KernelText, list: readonly Token[]): Map<number, number> {
  const partners = new Map<number, number>()
  const open: { readonly index: number; readonly token: Token; readonly closing: string }[] = []
  for (const [index, token] of list.entries()) {
    if (token.kind !== 'symbol' && token.kind !== 'template') continue
    const closing = token.kind === 'template' ? (token.text === '<' ? '>' : undefined) : closings[token.text]
    if (closing !== undefined) {
      if (open.length >= kernelBounds.nestingMax)
        throw text.refusal(token.begin, `Brackets are nested more than ${kernelBounds.nestingMax} deep.`)
      open.push({ index, token, closing })
    } else if (token.kind === 'template' || ')]}'.includes(token.text)) {
      const last = open.pop()
      if (last?.closing !== token.text) throw text.refusal(token.begin, unbalanced(text, token, last?.token))
      partners.set(last.index, index)
    }
  }
  const last = open.at(-1)
  if (last) throw text.refusal(last.token.begin, `This "${last.token.text}" is never closed.`)
  return partners
}

function unbalanced(text: KernelText, token: Token, opening: Token | undefined): string {
  if (!opening) return `This "${token.text}" closes nothing.`
  const { line, column } = text.positionOf(opening.begin)
  return `This "${token.text}" does not close the "${opening.text}" at ${line}:${column}.`
}
