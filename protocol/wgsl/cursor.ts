import { assert } from '../assert.ts'
import type { Refusal } from '../refusal.ts'
import type { Token, Tokens } from './lexer.ts'

/** Reads tokens one after the other. Every refusal names the token it stands before. */
export class Cursor {
  readonly tokens: Tokens
  #index: number

  constructor(tokens: Tokens, index = 0) {
    this.tokens = tokens
    this.#index = index
  }

  get index(): number {
    return this.#index
  }

  /** The token ahead; behind the last one there is always `end`. */
  get ahead(): Token {
    const { list } = this.tokens
    const token = list[Math.min(this.#index, list.length - 1)]
    assert(token, 'a kernel has at least the token "end"')
    return token
  }

  take(): Token {
    const token = this.ahead
    this.#index += 1
    return token
  }

  /** Whether a symbol, a template bracket or a keyword is ahead. */
  sees(text: string): boolean {
    return this.ahead.text === text && this.ahead.kind !== 'end'
  }

  takeIf(text: string): boolean {
    const found = this.sees(text)
    if (found) this.#index += 1
    return found
  }

  expect(text: string, of: string): Token {
    if (!this.sees(text)) throw this.refusal(`expected "${text}" ${of}`)
    return this.take()
  }

  expectName(what: string): Token {
    if (this.ahead.kind !== 'name') throw this.refusal(`expected ${what}`)
    return this.take()
  }

  /** From an opening bracket to behind its partner. */
  skipBracket(): Token {
    const partner = this.tokens.partners.get(this.#index)
    assert(partner !== undefined, 'brackets are paired before anything is read')
    this.#index = partner
    return this.take()
  }

  refusal(what: string): Refusal {
    const { begin, text, kind } = this.ahead
    const found = kind === 'end' ? 'the end' : `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`
    return this.tokens.text.refusal(begin, `The kernel cannot be read: ${what}, found ${found}.`)
  }
}
