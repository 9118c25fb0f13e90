import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardLoops, guardReportBytes } from '#protocol/wgsl/loop-guard.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { EntryPoint, Reflection } from '#protocol/wgsl/reflection.ts'
import { encodeTile, tileKernel } from '#protocol/wgsl/tile.ts'
import { refusalOf } from '../refusal-of.ts'
import { kernelNamed, kernels } from './kernels.ts'
import { layoutOf, NullCompiler, type ExtraSlot } from './null-compiler.ts'

let dawn: NullCompiler
beforeAll(async () => {
  dawn = await NullCompiler.start()
})
afterAll(() => dawn[Symbol.asyncDispose]())

const tileAll = (source: string, reflection = reflect(source)) =>
  tileKernel(
    source,
    reflection,
    reflection.entryPoints.map(({ name }) => name),
  )

describe('tiling', () => {
  test.each(kernels)('[I8] $name compiles whole, tiled, guarded, and both', async ({ source }) => {
    const reflection = reflect(source)
    const guarded = guardLoops(source, reflection, { iterationsMax: 1_000 })
    const report = {
      ...guarded.report,
      buffer: { type: 'storage', minBindingSize: guardReportBytes },
    } as const
    expect(await faultsOf(source, reflection, reflection.entryPoints)).toEqual([])
    expect(await faultsOf(guarded.source, reflection, reflection.entryPoints, report)).toEqual([])
    expect(await tiledFaults(source)).toEqual([])
    expect(await tiledFaults(guarded.source, report)).toEqual([])
  })

  test.each(kernels)('[I8] $name keeps its text but for the attributes of its entry points', ({ source }) => {
    const { source: tiled } = tileAll(source)
    const own = tiled.slice(0, source.length)
    let blanked = ''
    for (let index = 0; index < source.length; index += 1)
      if (own[index] !== source[index]) {
        expect(own[index]).toBe(' ')
        blanked += source[index] ?? ''
      }
    const attribute = /^(@compute|@workgroup_size\([^@]*\)|@builtin\(\w+,?\))/
    for (let rest = blanked; rest !== ''; rest = rest.replace(attribute, '')) expect(rest).toMatch(attribute)
    expect(blanked).toContain('@compute')
  })

  test('comments inside of blanked attributes stay', () => {
    const { source } = tileAll(kernelNamed('odd-comments'))
    for (const comment of ['/* here */', '// and here }', '/* size: */', '// first', '/* which? */'])
      expect(source).toContain(comment)
  })

  test('each entry has its own slot, in a group that it uses, free over all', () => {
    const { entries } = tileAll(kernelNamed('several-entries'))
    expect(entries.map(({ original, entry, group, binding }) => [original, entry, group, binding])).toEqual([
      ['count', 'mask_entry0', 0, 3],
      ['scan', 'mask_entry1', 0, 4],
      ['scatter', 'mask_entry2', 0, 5],
    ])
    expect(tileAll(kernelNamed('reduce-sum')).entries).toMatchObject([{ group: 1, binding: 0 }])
    expect(tileAll(kernelNamed('no-bindings')).entries).toMatchObject([{ group: 0, binding: 0 }])
  })

  test('names that the kernel has are not taken', () => {
    const { entries } = tileAll(kernelNamed('mask-names'))
    expect(entries).toMatchObject([{ original: 'mask_entry0', entry: 'mask3_entry0', binding: 2 }])
  })

  test('one entry may be tiled and another left', () => {
    const source = kernelNamed('several-entries')
    const { source: tiled, entries } = tileKernel(source, reflect(source), ['scan'])
    expect(entries).toHaveLength(1)
    expect(reflect(tiled).entryPoints.map(({ name }) => name)).toEqual(['count', 'scatter', 'mask_entry0'])
  })

  test('what cannot be tiled is refused', () => {
    const source = '@compute @workgroup_size(1) fn main(@builtin(new_thing) a: u32) {}'
    expect(refusalOf(() => tileAll(source))).toMatchObject({ reason: 'kernelInvalid', where: '1:32' })
    expect(refusalOf(() => tileKernel(source, reflect(source), ['other']))).toMatchObject({
      reason: 'notFound',
      next: 'It has "main".',
    })
    const own = 'alias u32 = f32; @compute @workgroup_size(1) fn main() {}'
    expect(refusalOf(() => tileAll(own)).message).toContain('"u32"')
  })

  test('a tile is twelve words, of which each fourth is empty', () => {
    const bytes = encodeTile({ offset: [1, 2, 3], total: [4, 5, 6], workgroupSize: [7, 8, 0xffff_ffff] })
    expect([...new Uint32Array(bytes.buffer)]).toEqual([1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 0xffff_ffff, 0])
  })
})

async function tiledFaults(source: string, report?: ExtraSlot) {
  const reflection = reflect(source)
  const { source: tiled, entries } = tileAll(source, reflection)
  const faults = entries.map(({ original, entry, group, binding, uniformBytes }) => {
    const own = reflection.entryPoints.filter(({ name }) => name === original)
    const tile = {
      group,
      binding,
      buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: uniformBytes },
    }
    const renamed = own.map((each) => ({ ...each, name: entry }))
    return faultsOf(tiled, reflection, renamed, tile as ExtraSlot, ...(report ? [report] : []))
  })
  return (await Promise.all(faults)).flat()
}

/** What Dawn says against pipelines with the layout from the reflection and no slot besides. */
async function faultsOf(
  source: string,
  { overrides }: Reflection,
  entries: readonly EntryPoint[],
  ...extra: ExtraSlot[]
) {
  const trials = entries.map((entry) => {
    const needed = overrides.filter(({ name, hasDefault }) => !hasDefault && entry.overrides.includes(name))
    const constants = Object.fromEntries(needed.map(({ id, name }) => [id === undefined ? name : `${id}`, 1]))
    const taken = new Set(entry.bindings.map(({ group, binding }) => `${group}.${binding}`))
    const free = extra.filter(({ group, binding }) => !taken.has(`${group}.${binding}`))
    return { source, entry: entry.name, layout: layoutOf(entry, free), constants }
  })
  const faults = await dawn.faults(trials)
  return faults.filter((fault) => fault !== '')
}
