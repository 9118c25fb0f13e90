import { isScratch, resultNamesOf } from '../complete-manifest.ts'
import { elementBytes } from '../elements.ts'
import type { Comparator, ElementType, TexturePlan } from '../manifest-schema.ts'
import { textureFacts } from '../texture-formats.ts'
import type { TypeLayout } from '../wgsl/reflection.ts'
import { checkerOf } from '../checker.ts'
import { note, refuse, type Draft, type PlannedDispatch } from './draft.ts'
import { namesIn } from './infer-bindings.ts'

const patternMax = 64

/** Which buffers come back, how two answers are compared, and what becomes of them. */
export function inferResults(draft: Draft, dispatches: readonly PlannedDispatch[]): void {
  if (resultNamesOf(draft.manifest).length === 0) markResult(draft, dispatches)
  for (const name of resultNamesOf(draft.manifest)) inferComparator(draft, name, dispatches)
  inferCollect(draft)
}

function markResult(draft: Draft, dispatches: readonly PlannedDispatch[]): void {
  const written = new Set(
    dispatches.flatMap(({ plan, entry }) =>
      entry.bindings.flatMap((binding) => {
        const bound = plan.bind[`${binding.group}.${binding.binding}`]
        const writes = binding.kind === 'storage' && binding.access === 'read_write'
        return writes && bound !== undefined ? namesIn(bound) : []
      }),
    ),
  )
  const candidates = [...written].filter((name) => {
    const buffer = draft.manifest.buffers[name]
    return buffer !== undefined && isScratch(buffer)
  })
  const [result, ...others] = candidates
  const buffer = result === undefined ? undefined : draft.manifest.buffers[result]
  if (result === undefined || !buffer || others.length > 0)
    throw refuse(
      'buffers',
      candidates.length === 0
        ? 'nothing is marked "result": true, and the kernel writes to no buffer that could be it'
        : `nothing is marked "result": true, and it may be any of ${candidates.join(', ')}`,
      'Mark what comes back from a unit.',
    )
  draft.manifest.buffers = { ...draft.manifest.buffers, [result]: { ...buffer, result: true } }
  note(draft, `buffers.${result}.result`, 'true: the only buffer the kernel writes to')
}

function inferComparator(draft: Draft, name: string, dispatches: readonly PlannedDispatch[]): void {
  const { manifest } = draft
  const checker = checkerOf(manifest)
  if (checker && !Object.hasOwn(manifest.verify, name)) {
    manifest.verify = { ...manifest.verify, [name]: checker.plan }
    note(draft, `verify.${name}`, `the verify kernel of "${checker.result}"`)
    return
  }
  const elements = elementsOf(draft, name, dispatches)
  const said = Object.hasOwn(manifest.verify, name) ? manifest.verify[name] : undefined
  const set = (comparator: Comparator) => {
    manifest.verify = { ...manifest.verify, [name]: comparator }
  }
  if (said === undefined) {
    const tolerance = toleranceOf(
      elements,
      Object.hasOwn(manifest.textures, name) ? manifest.textures[name] : undefined,
    )
    set(tolerance ? { compare: 'tolerance', ...tolerance, outliers: 0, as: elements } : { compare: 'exact' })
    note(
      draft,
      `verify.${name}`,
      tolerance
        ? `tolerance of ${describe(elements)}, atol ${tolerance.atol}, rtol ${tolerance.rtol}`
        : 'exact',
    )
  } else if (said.compare === 'tolerance' && said.as === undefined) {
    set({ ...said, as: elements })
    note(draft, `verify.${name}.as`, describe(elements))
  }
}

/**
 * How far two honest devices may be apart: whole numbers not at all, the bytes of a unorm or snorm texture by the one
 * step that rounding may go, halves by two of their last places, floats by what fused operations do.
 */
function toleranceOf(
  elements: ElementType | ElementType[],
  texture: TexturePlan | undefined,
): { readonly atol: number; readonly rtol: number } | undefined {
  if (texture && /norm/.test(texture.format)) return { atol: 1, rtol: 0 }
  const all = [elements].flat()
  if (all.includes('f16')) return { atol: 0.001, rtol: 0.002 }
  return all.includes('f32') ? { atol: 0.00001, rtol: 0.0001 } : undefined
}

function describe(elements: ElementType | ElementType[]): string {
  return [elements].flat().join(' ')
}

/** The types of a result's elements, as far as a declaration shows them: one, or a repeating list. */
function elementsOf(
  draft: Draft,
  name: string,
  dispatches: readonly PlannedDispatch[],
): ElementType | ElementType[] {
  const texture = Object.hasOwn(draft.manifest.textures, name) ? draft.manifest.textures[name] : undefined
  if (texture) return textureFacts(texture.format).element
  for (const { plan, entry } of dispatches)
    for (const binding of entry.bindings) {
      const bound = plan.bind[`${binding.group}.${binding.binding}`]
      if (binding.kind !== 'storage' || bound === undefined || !namesIn(bound).includes(name)) continue
      const pattern = patternOf(binding.type)
      if (pattern.length > 0 && pattern.length <= patternMax) return simplified(pattern)
    }
  return 'f32'
}

function simplified(pattern: ElementType[]): ElementType | ElementType[] {
  const [first] = pattern
  return first !== undefined && pattern.every((element) => element === first) ? first : pattern
}

/** The elements of one item of a type, gaps as whole numbers; of an array, those of its element. */
function patternOf(type: TypeLayout): ElementType[] {
  switch (type.kind) {
    case 'scalar':
    case 'atomic':
      return [type.scalar]
    case 'vector':
      return repeated(type.scalar, type.width)
    case 'matrix':
      return Array.from({ length: type.columns }, () =>
        padded(repeated(type.scalar, type.rows), type.columnStride),
      ).flat()
    case 'array': {
      const item = padded(patternOf(type.element), type.stride)
      const uniform = item.every((element) => element === item[0])
      return uniform || type.count === undefined || item.length * type.count > patternMax
        ? item
        : Array.from({ length: type.count }, () => item).flat()
    }
    case 'struct':
      return padded(
        type.fields.reduce<ElementType[]>((pattern, field) => {
          const before = padded(pattern, field.offset)
          return [...before, ...patternOf(field.type)]
        }, []),
        type.bytes,
      )
  }
}

function repeated(element: ElementType, times: number): ElementType[] {
  return new Array<ElementType>(times).fill(element)
}

function padded(pattern: readonly ElementType[], bytes: number): ElementType[] {
  let missing = bytes - pattern.reduce((sum, element) => sum + elementBytes[element], 0)
  const gap: ElementType[] = []
  for (; missing >= 4 && pattern.length + gap.length < 4 * patternMax; missing -= 4) gap.push('u32')
  for (; missing > 0 && gap.length < 8; missing -= 1) gap.push('u8')
  return [...pattern, ...gap]
}

function inferCollect(draft: Draft): void {
  const { manifest } = draft
  const [first, ...others] = resultNamesOf(manifest)
  if (first === undefined) throw refuse('buffers', 'there is no result', 'Mark one "result": true.')
  const collect = manifest.collect ?? { kind: 'raw' as const }
  if (!manifest.collect) note(draft, 'collect', 'raw bytes, unit after unit')
  if (collect.buffer === undefined) {
    if (others.length > 0)
      throw refuse(
        'collect.buffer',
        `there are several results (${[first, ...others].join(', ')})`,
        `Say which the job's result is made of: "collect": { "kind": "raw", "buffer": "${first}" }; the others are only compared.`,
      )
    if (manifest.collect) note(draft, 'collect.buffer', `"${first}", the only result`)
  }
  manifest.collect = { ...collect, buffer: collect.buffer ?? first }
}
