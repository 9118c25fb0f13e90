import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardLoops, guardReportBytes } from '#protocol/wgsl/loop-guard.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import type { TypeLayout } from '#protocol/wgsl/reflection.ts'
import { encodeTile, tileKernel } from '#protocol/wgsl/tile.ts'
import { workgroupSizeOf } from '#protocol/wgsl/workgroup.ts'
import { DawnChild, type KernelBinding } from '#test/gpu/dawn-child.ts'
import { kernelNamed } from './kernels.ts'
import { declare, structType } from './random-types.ts'

const RUN_LIMIT_MS = 30_000

let dawn: DawnChild
beforeAll(async () => {
  dawn = await DawnChild.start()
})
afterAll(() => dawn[Symbol.asyncDispose]())

describe('on a device', () => {
  test('[I7] every scalar of random structures lies where the layout says', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(structType, async (type) => {
        // The software rasteriser has no f16.
        const source = `${declare(type.structs)}\n@group(0) @binding(0) var<storage, read_write> data: ${type.text};`
        fc.pre(!/f16|\dh\b/.test(source))
        const [binding] = reflect(source).bindings
        if (binding?.kind !== 'storage') throw new Error('no buffer')
        const scalars = scalarsOf(binding.type, 'data', 0)
        fc.pre(scalars.length <= 250)
        const writes = scalars.map(({ path, scalar, isAtomic }, index) =>
          isAtomic ? `atomicStore(&${path}, ${scalar}(${index + 1}));` : `${path} = ${scalar}(${index + 1});`,
        )
        const expected = new DataView(new ArrayBuffer(binding.bytesMin))
        for (const [index, { offset, scalar }] of scalars.entries())
          if (scalar === 'f32') expected.setFloat32(offset, index + 1, true)
          else expected.setUint32(offset, index + 1, true)
        const buffer: KernelBinding = {
          group: 0,
          binding: 0,
          kind: 'storage',
          bytes: new Uint8Array(binding.bytesMin),
        }
        const wgsl = `${source}\n@compute @workgroup_size(1) fn main() {\n${writes.join('\n')}\n}`
        const run = {
          wgsl,
          entry: 'main',
          bindings: [buffer],
          workgroups: [1, 1, 1],
          result: buffer,
        } as const
        const { bytes } = await dawn.run(run, RUN_LIMIT_MS)
        expect(bytes).toEqual(new Uint8Array(expected.buffer))
        compared += scalars.length
      }),
      { numRuns: 30, seed: 4 },
    )
    expect(compared).toBeGreaterThan(300)
  })

  test.each([
    ['struct-parameters', [3, 2, 2]],
    ['hash-chain', [3, 2, 1]],
    ['loops-of-all-kinds', [4, 1, 1]],
    ['linear-index', [3, 2, 2]],
  ] as const)('%s computes the same in tiles, guarded or not', async (name, workgroups) => {
    const source = kernelNamed(name)
    const whole = await runWhole(source, workgroups)
    expect(new Set(whole).size).toBeGreaterThan(4)
    expect(await runTiled(source, workgroups)).toEqual(whole)
    const guarded = guardLoops(source, reflect(source), { iterationsMax: 100_000 })
    expect(await runTiled(guarded.source, workgroups)).toEqual(whole)
  })

  test('[I9] an endless loop ends, and is named', async () => {
    const source = `@group(0) @binding(0) var<storage, read_write> out: array<u32>;
fn count(limit: u32) -> u32 { var n = 0u; for (var i = 0u; i < limit; i++) { n += i; } return n; }
@compute @workgroup_size(2) fn main(@builtin(global_invocation_id) id: vec3u) {
  var n = count(5u);
  loop { n += 1u; if (id.x < 100u && n == 0u) { break; } }
  out[id.x] = n;
}`
    const guarded = guardLoops(source, reflect(source), { iterationsMax: 1_000 })
    const report: KernelBinding = {
      ...guarded.report,
      kind: 'storage',
      bytes: new Uint8Array(guardReportBytes),
    }
    const out: KernelBinding = { group: 0, binding: 0, kind: 'storage', bytes: new Uint8Array(8) }
    const run = {
      wgsl: guarded.source,
      entry: 'main',
      bindings: [out, report],
      workgroups: [1, 1, 1],
    } as const
    const stopped = await dawn.run({ ...run, result: report }, RUN_LIMIT_MS)
    const [number = 0] = new Uint32Array(stopped.bytes.buffer)
    expect(guarded.loops[number - 1]).toEqual({ line: 5, column: 3 })
    const { bytes } = await dawn.run({ ...run, result: out }, RUN_LIMIT_MS)
    // Five turns of the first loop are spent before the second begins.
    expect([...new Uint32Array(bytes.buffer)]).toEqual([10 + 995, 10 + 995])
  })
})

const OUT_BYTES = 4096

async function runWhole(source: string, workgroups: readonly [number, number, number]) {
  const [entry] = reflect(source).entryPoints
  const [output] = entry?.bindings ?? []
  if (!entry || !output) throw new Error('nothing to run')
  const result = { group: output.group, binding: output.binding }
  const bindings = [{ ...result, kind: 'storage', bytes: new Uint8Array(OUT_BYTES) }] as const
  const run = { wgsl: source, entry: entry.name, bindings, workgroups, result }
  return new Uint32Array((await dawn.run(run, RUN_LIMIT_MS)).bytes.buffer)
}

/** Runs tile by tile, each from the output of the one before. */
async function runTiled(source: string, total: readonly [number, number, number]) {
  const reflection = reflect(source)
  const [own] = reflection.entryPoints
  if (!own) throw new Error('nothing to run')
  const tiled = tileKernel(source, reflection, [own.name])
  const [entry] = tiled.entries
  const output = own.bindings.find(({ name }) => !name.startsWith('mask'))
  if (!entry || !output) throw new Error('nothing to run')
  const result = { group: output.group, binding: output.binding }
  const guard = own.bindings.filter(({ name }) => name.startsWith('mask'))
  let bytes: Uint8Array = new Uint8Array(OUT_BYTES)
  for (const offset of offsets(total)) {
    const tile = encodeTile({ offset, total, workgroupSize: workgroupSizeOf(reflection, own) })
    const bindings: KernelBinding[] = [
      { ...result, kind: 'storage', bytes },
      { group: entry.group, binding: entry.binding, kind: 'uniform', bytes: tile },
      ...guard.map((each): KernelBinding => ({
        ...each,
        kind: 'storage',
        bytes: new Uint8Array(guardReportBytes),
      })),
    ]
    const run = { wgsl: tiled.source, entry: entry.entry, bindings, workgroups: [1, 1, 1] as const, result }
    bytes = (await dawn.run(run, RUN_LIMIT_MS)).bytes
  }
  return new Uint32Array(bytes.slice().buffer)
}

function offsets([x, y, z]: readonly [number, number, number]): [number, number, number][] {
  return Array.from({ length: x * y * z }, (_, i) => [i % x, Math.floor(i / x) % y, Math.floor(i / (x * y))])
}

interface Scalar {
  readonly path: string
  readonly offset: number
  readonly scalar: string
  readonly isAtomic: boolean
}

/** Every scalar of a value, with the WGSL that names it. */
function scalarsOf(type: TypeLayout, path: string, offset: number): Scalar[] {
  const parts = (count: number, each: (index: number) => Scalar[]) =>
    Array.from({ length: count }, (_, i) => each(i)).flat()
  switch (type.kind) {
    case 'scalar':
      return [{ path, offset, scalar: type.scalar, isAtomic: false }]
    case 'atomic':
      return [{ path, offset, scalar: type.scalar, isAtomic: true }]
    case 'vector':
      return parts(type.width, (i) => [
        { path: `${path}[${i}]`, offset: offset + 4 * i, scalar: type.scalar, isAtomic: false },
      ])
    case 'matrix':
      return parts(type.columns * type.rows, (i) => {
        const [column, row] = [Math.floor(i / type.rows), i % type.rows]
        const at = offset + column * type.columnStride + 4 * row
        return [{ path: `${path}[${column}][${row}]`, offset: at, scalar: type.scalar, isAtomic: false }]
      })
    case 'array':
      return parts(type.count ?? 1, (i) => scalarsOf(type.element, `${path}[${i}]`, offset + i * type.stride))
    case 'struct':
      return type.fields.flatMap((field) =>
        scalarsOf(field.type, `${path}.${field.name}`, offset + field.offset),
      )
  }
}
