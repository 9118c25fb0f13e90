import { assert } from '../assert.ts'
import { isComputeEntry } from './entry-points.ts'
import { checkLanguageNames, FreeSlots, freePrefix } from './free-names.ts'
import { KernelText } from './kernel-text.ts'
import { isLoopWord, readModule } from './read-module.ts'
import { Uses } from './uses.ts'
import type { FunctionDeclaration, KernelModule } from './declarations.ts'
import type { Tokens } from './lexer.ts'
import type { Position, Reflection } from './reflection.ts'

/** A kernel that ends: its loops stop when an invocation's turns are spent. */
export interface GuardedKernel {
  readonly source: string
  /** Every guarded loop, at its keyword. */
  readonly loops: readonly Position[]
  /**
   * A `read_write` storage buffer of four bytes, zeroed before use. Afterwards it holds 0, or 1 + the index in `loops`
   * of a loop that was stopped: the last such in `loops`.
   */
  readonly report: { readonly group: number; readonly binding: number }
}

export const guardReportBytes = 4

/**
 * Puts a check at the beginning of every loop body that a compute entry point can reach. As long as the turns suffice,
 * the kernel computes what it always did.
 *
 * The turns of an invocation are counted together, in a private variable. Functions with a barrier in reach count each
 * loop by itself in a variable of their own: a private one is never uniform in the eyes of a compiler, and barriers must
 * be reached uniformly. There the bound is `iterationsMax` turns for each loop and call.
 *
 * @param reflection of this very source.
 * @throws {Refusal} `kernelInvalid` for a kernel that cannot be guarded.
 */
export function guardLoops(
  source: string,
  reflection: Reflection,
  { iterationsMax }: { readonly iterationsMax: number },
): GuardedKernel {
  assert(iterationsMax >= 1 && iterationsMax === iterationsMax >>> 0, 'turns are counted in a u32')
  checkLanguageNames(reflection)
  const module = readModule(new KernelText(source))
  const prefix = freePrefix(source)
  const uses = new Uses(module)
  const withBarrier = uses.reachingBarrier()
  const loops: number[] = []
  const insertions: Insertion[] = []
  for (const declaration of functionsInReach(module, uses)) {
    const count = withBarrier.has(declaration) ? 'own' : 'shared'
    insertions.push(...guardFunction(module, declaration, loops, { prefix, iterationsMax, count }))
  }
  const report = new FreeSlots(reflection.bindings).takeBeside(
    reflection.entryPoints.flatMap((e) => e.bindings),
  )
  const globals = [
    `@group(${report.group}) @binding(${report.binding}) var<storage, read_write> ${prefix}report: atomic<u32>;`,
    `var<private> ${prefix}turns: u32 = ${iterationsMax}u;`,
    `fn ${prefix}stop(number: u32) { atomicMax(&${prefix}report, number); }`,
  ]
  return {
    source: [insert(source, insertions), ...globals, ''].join('\n'),
    loops: loops.map((begin) => module.tokens.text.positionOf(begin)),
    report,
  }
}

interface Insertion {
  readonly at: number
  readonly text: string
}

interface Guard {
  readonly prefix: string
  readonly iterationsMax: number
  readonly count: 'own' | 'shared'
}

/** Adds the function's loops to `loops`, by the offset of their keyword. */
function guardFunction(
  { tokens }: KernelModule,
  { body, returnText }: FunctionDeclaration,
  loops: number[],
  { prefix, iterationsMax, count }: Guard,
): Insertion[] {
  const insertions: Insertion[] = []
  const counters: string[] = []
  let pending: number | undefined
  for (const token of tokens.list.slice(body.open + 1, body.close)) {
    if (token.kind === 'name' && isLoopWord(token.text)) {
      if (pending !== undefined) break
      pending = token.begin
    } else if (token.kind === 'symbol' && token.text === '{' && pending !== undefined) {
      const number = loops.push(pending)
      const turns = count === 'own' ? `${prefix}turns${number}` : `${prefix}turns`
      counters.push(`var ${turns} = ${iterationsMax}u;`)
      const check = `if (${turns} == 0u) { ${prefix}stop(${number}u); break; } ${turns} -= 1u;`
      insertions.push({ at: token.end, text: ` ${check} ` })
      pending = undefined
    }
  }
  if (pending !== undefined) throw tokens.text.refusal(pending, 'This loop has no body.')
  if (counters.length === 0) return []
  const [open, close] = [tokens.list[body.open], tokens.list[body.close]]
  if (open && count === 'own') insertions.unshift({ at: open.end, text: ` ${counters.join(' ')} ` })
  // A loop that was left by `return` alone can now be left by the check, and then the function must still end in a value.
  if (close && returnText && !endsInReturn(tokens, body.close))
    insertions.push({
      at: close.begin,
      text: ` return ${tokens.text.source.slice(returnText.begin, returnText.end)}(); `,
    })
  return insertions
}

function functionsInReach(module: KernelModule, uses: Uses): FunctionDeclaration[] {
  const functions = [...module.declarations.values()].filter((each) => each.kind === 'fn')
  const reached = new Set(functions.filter(isComputeEntry).flatMap((entry) => uses.from(entry).declarations))
  return functions.filter((each) => reached.has(each))
}

/** Whether the last statement before a closing bracket is a `return`. */
function endsInReturn({ list }: Tokens, close: number): boolean {
  let index = close - 2
  while (index >= 0 && !';{}'.includes(list[index]?.text ?? ';')) index -= 1
  return list[index + 1]?.text === 'return'
}

/** Insertions in the order of the text. */
function insert(source: string, insertions: readonly Insertion[]): string {
  const pieces: string[] = []
  let copied = 0
  for (const { at, text } of insertions) {
    pieces.push(source.slice(copied, at), text)
    copied = at
  }
  return pieces.join('') + source.slice(copied)
}
