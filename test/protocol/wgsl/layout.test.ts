import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { workgroupBytesOf } from '#protocol/wgsl/workgroup.ts'
import type { TypeLayout } from '#protocol/wgsl/reflection.ts'
import { layoutOf, NullCompiler, type PipelineTrial } from './null-compiler.ts'
import { declare, fixedType, structType, type RandomType } from './random-types.ts'

let dawn: NullCompiler
beforeAll(async () => {
  dawn = await NullCompiler.start()
})
afterAll(() => dawn[Symbol.asyncDispose]())

const f16 = 'enable f16;\n'
const access = ({ hasAtomic }: RandomType) => (hasAtomic ? 'read_write' : 'read')

/** A kernel that uses one variable of each type. */
function kernelOf(types: readonly RandomType[]): string {
  const variables = types.map(
    (type, index) =>
      `@group(0) @binding(${2 * index}) var<storage, ${access(type)}> v${index}: ${type.text};`,
  )
  const uses = types.map((_, index) => `let p${index} = &v${index};`)
  return [
    f16,
    declare(types.flatMap(({ structs }) => structs)),
    ...variables,
    `@compute @workgroup_size(1) fn main() { ${uses.join(' ')} }`,
  ].join('\n')
}

/** The kernel with its own layout, and for each buffer a trial in which that one is a byte short. */
function trialsOf(source: string): PipelineTrial[] {
  const [entry] = reflect(source).entryPoints
  if (!entry) throw new Error('no entry point')
  const { bindings } = entry
  const buffers = bindings.filter((each) => each.kind === 'storage' || each.kind === 'uniform')
  const short = buffers.map((buffer) => ({
    bindings: bindings.map((each) => (each === buffer ? { ...buffer, bytesMin: buffer.bytesMin - 1 } : each)),
  }))
  return [entry, ...short].map((shape) => ({ source, entry: 'main', layout: layoutOf(shape) }))
}

/** Fails unless Dawn takes the first trial and refuses all others for their size. */
async function proveTight(trials: readonly PipelineTrial[]) {
  const [whole, ...short] = await dawn.faults(trials)
  expect(whole, trials[0]?.source).toBe('')
  for (const fault of short) expect(fault, trials[0]?.source).toMatch(/minimum|size/i)
  return short.length
}

describe('layouts', () => {
  test('[I7] the least size of random buffers is what Dawn wants, to the byte', async () => {
    let proven = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fixedType, structType), { minLength: 1, maxLength: 6 }),
        async (types) => {
          proven += await proveTight(trialsOf(kernelOf(types)))
        },
      ),
      { numRuns: 300, seed: 1 },
    )
    expect(proven).toBeGreaterThan(600)
  })

  test('[I7] so is every offset: structures cut off behind each of their fields', async () => {
    let proven = 0
    await fc.assert(
      fc.asyncProperty(structType, async (type) => {
        const struct = type.structs.at(-1)
        if (!struct) throw new Error('no structure')
        const cuts = struct.fields.map((_, index): RandomType => {
          const fields = struct.fields.slice(0, index + 1)
          const name = `Cut${index}`
          return { ...type, text: name, structs: [...type.structs.slice(0, -1), { name, fields }] }
        })
        const source = kernelOf([...cuts.slice(0, 7), type])
        proven += await proveTight(trialsOf(source))
        const layouts = reflect(source).bindings.map((each) =>
          each.kind === 'storage' ? each.type : undefined,
        )
        const whole = layouts.at(-1)
        for (const cut of layouts.slice(0, -1)) {
          if (cut?.kind !== 'struct' || whole?.kind !== 'struct') throw new Error('no structure')
          expect(whole.fields.slice(0, cut.fields.length)).toEqual(cut.fields)
          checkPlacement(cut)
        }
      }),
      { numRuns: 200, seed: 2 },
    )
    expect(proven).toBeGreaterThan(400)
  })

  test.each([
    ['f32', 4, 4],
    ['vec3f', 12, 16],
    ['vec3<f16>', 6, 8],
    ['mat3x3f', 48, 16],
    ['mat4x3h', 32, 8],
    ['mat2x4<f16>', 16, 8],
    ['array<vec3f, 2>', 32, 16],
    ['array<f16, 3>', 6, 2],
    ['array<vec3<u32>>', 16, 16],
    ['atomic<i32>', 4, 4],
    ['array<array<vec2f, 3>, 0x2u>', 48, 8],
  ])('%s has %d bytes, aligned to %d', async (text, bytes, align) => {
    const source = kernelOf([{ text, structs: [], hasAtomic: text.startsWith('atomic'), depth: 1 }])
    expect(reflect(source).bindings).toMatchObject([{ bytesMin: bytes, type: { bytes, align } }])
    await proveTight(trialsOf(source))
  })

  test('a structure in a uniform buffer is described to its last field', async () => {
    const source = `enable f16;
      struct Lamp { at: vec3f, power: f32, @align(32) colour: vec3h, @size(64) kind: u32 }
      struct World { turn: mat3x4f, @align(64) lamps: array<Lamp, 2> }
      @group(0) @binding(0) var<uniform> world: World;
      @compute @workgroup_size(1) fn main() { _ = world.lamps[0].power; }`
    const lamp = {
      kind: 'struct',
      name: 'Lamp',
      bytes: 128,
      align: 32,
      fields: [
        { name: 'at', offset: 0, type: { kind: 'vector', width: 3, scalar: 'f32', bytes: 12, align: 16 } },
        { name: 'power', offset: 12, type: { kind: 'scalar', scalar: 'f32', bytes: 4, align: 4 } },
        { name: 'colour', offset: 32, type: { kind: 'vector', width: 3, scalar: 'f16', bytes: 6, align: 8 } },
        { name: 'kind', offset: 40, type: { kind: 'scalar', scalar: 'u32', bytes: 4, align: 4 } },
      ],
    }
    const turn = {
      kind: 'matrix',
      columns: 3,
      rows: 4,
      columnStride: 16,
      scalar: 'f32',
      bytes: 48,
      align: 16,
    }
    const lamps = { kind: 'array', count: 2, stride: 128, bytes: 256, align: 32, element: lamp }
    expect(reflect(source).bindings).toEqual([
      {
        kind: 'uniform',
        group: 0,
        binding: 0,
        name: 'world',
        position: { line: 4, column: 42 },
        bytesMin: 320,
        type: {
          kind: 'struct',
          name: 'World',
          bytes: 320,
          align: 64,
          fields: [
            { name: 'turn', offset: 0, type: turn },
            { name: 'lamps', offset: 64, type: lamps },
          ],
        },
      },
    ])
    await proveTight(trialsOf(source))
  })
})

describe('workgroup memory', () => {
  /** Workgroup variables of which the last one takes what WebGPU's least limit, 16 KiB, leaves. */
  const kernel = (words: number) => `struct Mixed { way: vec3f, on: bool, deep: array<vec3<u32>, 3> }
    override count = 5; alias Row = array<vec3f, count * 2>;
    var<workgroup> mixed: Mixed; var<workgroup> on: bool; var<workgroup> row: Row; var<workgroup> n: atomic<u32>;
    var<workgroup> rest: array<u32, ${words}>; var<workgroup> unused: array<u32, 4096>;
    @compute @workgroup_size(1) fn main() {
      mixed.on = on; row[1].x = 1.0; rest[2] = atomicLoad(&n);
    }`

  test('[I7] is counted as WebGPU counts it', async () => {
    const words = (16384 - 64 - 16 - 160 - 16) / 4
    const bytesOf = (source: string) => {
      const reflection = reflect(source)
      return reflection.entryPoints.map((entry) => workgroupBytesOf(reflection, entry))
    }
    expect(bytesOf(kernel(words))).toEqual([16384])
    expect(bytesOf(kernel(words + 1))).toEqual([16400])
    const trials = [words, words + 1].map((count) => ({ source: kernel(count), entry: 'main', layout: [] }))
    const [fits, exceeds] = await dawn.faults(trials)
    expect(fits).toBe('')
    expect(exceeds).toMatch(/workgroup storage/)
  })
})

/** Fields lie in order, aligned, without overlap. */
function checkPlacement(layout: TypeLayout) {
  if (layout.kind !== 'struct') return
  let end = 0
  for (const { offset, type } of layout.fields) {
    expect(offset).toBeGreaterThanOrEqual(end)
    expect(offset % type.align).toBe(0)
    end = offset + type.bytes
    checkPlacement(type)
  }
  expect(layout.bytes).toBeGreaterThanOrEqual(end)
}
