import { refusalAt, KernelText } from './kernel-text.ts'
import { Refusal } from '../refusal.ts'
import { checkLanguageNames, FreeSlots, freePrefix } from './free-names.ts'
import { lex } from './lexer.ts'
import type { EntryPoint, Reflection, Span } from './reflection.ts'

/** A kernel whose entry points can be dispatched a few workgroups at a time. */
export interface TiledKernel {
  readonly source: string
  /** One for each name that was asked for, in that order. */
  readonly entries: readonly TiledEntry[]
}

export interface TiledEntry {
  /** The name of the kernel's own entry point, now an ordinary function. */
  readonly original: string
  /** The entry point to start in its place. */
  readonly entry: string
  /** Where its tile is bound: a uniform buffer, best with a dynamic offset. */
  readonly group: number
  readonly binding: number
  readonly uniformBytes: typeof tileBytes
  /** Distance between tiles in one buffer: WebGPU's greatest alignment of a dynamic offset. */
  readonly strideBytes: typeof tileStrideBytes
}

export interface Tile {
  /** First workgroup of the tile. */
  readonly offset: Triple
  /** Workgroups of the whole dispatch: what the kernel sees as `num_workgroups`. */
  readonly total: Triple
  /** Invocations in a workgroup, see `workgroupSizeOf`. */
  readonly workgroupSize: Triple
}
type Triple = readonly [number, number, number]

export const tileBytes = 48
export const tileStrideBytes = 256

/** A tile as the kernel reads it: three `vec3<u32>` at 0, 16 and 32. */
export function encodeTile({ offset, total, workgroupSize }: Tile): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(tileBytes)
  const view = new DataView(bytes.buffer)
  for (const [row, triple] of [offset, total, workgroupSize].entries())
    for (const [column, value] of triple.entries()) view.setUint32(16 * row + 4 * column, value, true)
  return bytes
}

/**
 * Makes entry points divisible: each keeps its text, but for the attributes that make it an entry point, and is called
 * by a new one that shifts its workgroups by a tile's offset. The kernel sees the ids and counts of the whole dispatch.
 * WGSL promises no order among workgroups, so a dispatch in tiles is as good as one; a kernel in which workgroups wait
 * for each other must not be tiled.
 *
 * @param reflection of this very source.
 * @throws {Refusal} `notFound` for a name that is no compute entry point, `kernelInvalid` for a built-in value that a
 *   tile cannot reproduce.
 */
export function tileKernel(
  source: string,
  reflection: Reflection,
  entryNames: readonly string[],
): TiledKernel {
  checkLanguageNames(reflection)
  const prefix = freePrefix(source)
  const slots = new FreeSlots(reflection.bindings)
  const chosen = [...new Set(entryNames)].map((name) => entryNamed(reflection, name))
  const entries = chosen.map((entry, index): TiledEntry => ({
    original: entry.name,
    entry: `${prefix}entry${index}`,
    ...slots.takeBeside(entry.bindings),
    uniformBytes: tileBytes,
    strideBytes: tileStrideBytes,
  }))
  const wrappers = entries.map((tiled, index) => {
    const entry = chosen[index]
    return entry ? wrapper(source, entry, tiled, { prefix, tile: `${prefix}tile${index}` }) : ''
  })
  const record = `struct ${prefix}Tile { offset: vec3<u32>, total: vec3<u32>, size: vec3<u32> }`
  const blanked = blank(
    source,
    chosen.flatMap(({ attributes }) => attributes),
  )
  return { source: [blanked, record, ...wrappers, ''].join('\n'), entries }
}

function entryNamed({ entryPoints }: Reflection, name: string): EntryPoint {
  const entry = entryPoints.find((each) => each.name === name)
  if (entry) return entry
  const known = entryPoints.map((each) => `"${each.name}"`).join(', ')
  throw new Refusal('notFound', `The kernel has no compute entry point "${name}".`, {
    next: known ? `It has ${known}.` : 'Declare one with @compute.',
  })
}

/** Blanks the tokens in these spans, and nothing else: comments, lines and lengths stay. */
function blank(source: string, spans: readonly Span[]): string {
  const sorted = spans.toSorted((a, b) => a.begin - b.begin)
  const pieces: string[] = []
  let copied = 0
  let next = 0
  for (const { begin, end } of lex(new KernelText(source)).list) {
    while ((sorted[next]?.end ?? Infinity) <= begin) next += 1
    if (begin < (sorted[next]?.begin ?? Infinity)) continue
    pieces.push(source.slice(copied, begin), ' '.repeat(end - begin))
    copied = end
  }
  return pieces.join('') + source.slice(copied)
}

interface Names {
  readonly prefix: string
  readonly tile: string
}

function wrapper(source: string, entry: EntryPoint, tiled: TiledEntry, { prefix, tile }: Names): string {
  const received = new Map<string, string>()
  const receive = (builtin: string, type = 'vec3<u32>') => {
    received.set(builtin, type)
    return `${prefix}${builtin}`
  }
  const valueOf = (builtin: string) => tiledValue(builtin, tile, receive) ?? refuseBuiltin(entry, builtin)
  const operands = entry.parameters.map((parameter) =>
    parameter.kind === 'builtin'
      ? valueOf(parameter.builtin)
      : `${parameter.name}(${parameter.builtins.map(valueOf).join(', ')})`,
  )
  const parameters = Array.from(received, ([name, type]) => `@builtin(${name}) ${prefix}${name}: ${type}`)
  const size = source.slice(entry.workgroupSizeText.begin, entry.workgroupSizeText.end)
  return [
    `@group(${tiled.group}) @binding(${tiled.binding}) var<uniform> ${tile}: ${prefix}Tile;`,
    `@compute @workgroup_size(${size}\n) fn ${tiled.entry}(${parameters.join(', ')}) {`,
    `  ${entry.name}(${operands.join(', ')});`,
    '}',
  ].join('\n')
}

/** A built-in value of the whole dispatch, from those of the tile. */
function tiledValue(
  builtin: string,
  tile: string,
  receive: (builtin: string, type?: string) => string,
): string | undefined {
  const workgroup = () => `(${receive('workgroup_id')} + ${tile}.offset)`
  const invocation = () => `(${receive('global_invocation_id')} + ${tile}.offset * ${tile}.size)`
  switch (builtin) {
    case 'workgroup_id':
      return workgroup()
    case 'global_invocation_id':
      return invocation()
    case 'num_workgroups':
      return `${tile}.total`
    case 'workgroup_index':
      return linear(workgroup(), `${tile}.total`)
    case 'global_invocation_index':
      return linear(invocation(), `(${tile}.total * ${tile}.size)`)
    case 'local_invocation_id':
      return receive(builtin)
    case 'local_invocation_index':
    case 'subgroup_size':
    case 'subgroup_invocation_id':
    case 'subgroup_id':
    case 'num_subgroups':
      return receive(builtin, 'u32')
    default:
      return undefined
  }
}

function linear(id: string, extent: string): string {
  return `(${id}.x + ${extent}.x * (${id}.y + ${extent}.y * ${id}.z))`
}

function refuseBuiltin({ position, name }: EntryPoint, builtin: string): never {
  throw refusalAt(
    position,
    `"${name}" cannot be cut into tiles: a tile cannot reproduce the built-in value "${builtin}".`,
    'Run it whole.',
  )
}
