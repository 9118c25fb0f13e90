import { limits } from '../limits.ts'
import { Refusal } from '../refusal.ts'
import type { Position } from './reflection.ts'

/** Bounds on a kernel, beside `limits.wgslBytesMax`: each stops work or memory that grows faster than the text. */
export const kernelBounds = {
  /** Brackets inside brackets. WGSL itself ends at 127 statements inside one another. */
  nestingMax: 256,
  declarationsMax: 8_192,
  /** Each entry point is followed through all that it calls. */
  entryPointsMax: 64,
  /** Tokens of one expression that a size, a slot or an alignment is made of. */
  expressionTokensMax: 512,
  /** Steps from one name or operator to the next while a value or a type is found. */
  evaluationDepthMax: 600,
  /** WGSL's own: types inside types. */
  typeDepthMax: 15,
  /** Scalars, vectors and matrices in one structure, those of inner structures included. */
  leavesMax: 16_384,
} as const

const utf8 = new TextEncoder()
const lineBreak = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g
const DEFAULT_NEXT = 'A WGSL compiler, e.g. that of a browser, says more about it.'

/** A kernel's text that knows its lines and refuses by place. */
export class KernelText {
  readonly source: string
  #lineBegins: number[] | undefined

  /** @throws {Refusal} `kernelInvalid` for a text that is too long or holds a NUL. */
  constructor(source: string) {
    this.source = source
    const bytes = source.length > limits.wgslBytesMax ? source.length : utf8.encode(source).length
    if (bytes > limits.wgslBytesMax)
      throw new Refusal(
        'kernelInvalid',
        `The kernel has ${bytes} bytes; at most ${limits.wgslBytesMax} are taken.`,
        {
          next: 'Put tables into an input instead of the text.',
        },
      )
    const nul = source.indexOf('\0')
    if (nul >= 0) throw this.refusal(nul, 'A kernel holds no NUL byte.', 'Send the text as UTF-8.')
  }

  positionOf(offset: number): Position {
    this.#lineBegins ??= [0, ...Array.from(this.source.matchAll(lineBreak), (m) => m.index + m[0].length)]
    let low = 0
    for (let high = this.#lineBegins.length; high - low > 1;) {
      const middle = (low + high) >>> 1
      if ((this.#lineBegins[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return { line: low + 1, column: offset - (this.#lineBegins[low] ?? 0) + 1 }
  }

  /** A refusal that names the line and column of `offset`. */
  refusal(offset: number, message: string, next = DEFAULT_NEXT): Refusal {
    return refusalAt(this.positionOf(offset), message, next)
  }
}

export function refusalAt(position: Position, message: string, next = DEFAULT_NEXT): Refusal {
  return new Refusal('kernelInvalid', message, { where: `${position.line}:${position.column}`, next })
}
