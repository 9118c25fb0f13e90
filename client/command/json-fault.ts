/** One JSON token, or the blank before it. */
const blank = /[ \t\r\n]*/y
const scalar =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y // eslint-disable-line no-control-regex -- JSON forbids them in strings

/**
 * Line and column (from 1) of the first thing in a text that is not JSON. Node's own message gives the place only
 * sometimes. For text that is JSON: its end.
 */
export function placeOfJsonFault(text: string): { line: number; column: number } {
  const before = text.slice(0, new JsonScanner(text).faultOffset()).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** Walks over a JSON text and stops where it ceases to be one. */
class JsonScanner {
  readonly #text: string
  #offset = 0

  constructor(text: string) {
    this.#text = text
  }

  faultOffset(): number {
    if (this.#value()) this.#skip(blank)
    return this.#offset
  }

  #value(): boolean {
    this.#skip(blank)
    if (this.#take('{')) return this.#list('}', () => this.#key() && this.#value())
    if (this.#take('[')) return this.#list(']', () => this.#value())
    return this.#skip(scalar)
  }

  #list(end: string, item: () => boolean): boolean {
    this.#skip(blank)
    if (this.#take(end)) return true
    do {
      if (!item()) return false
      this.#skip(blank)
    } while (this.#take(','))
    return this.#take(end)
  }

  #key(): boolean {
    this.#skip(blank)
    if (this.#text[this.#offset] !== '"' || !this.#skip(scalar)) return false
    this.#skip(blank)
    return this.#take(':')
  }

  #take(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false
    this.#offset += 1
    return true
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#offset
    const found = pattern.test(this.#text)
    if (found) this.#offset = pattern.lastIndex
    return found
  }
}
