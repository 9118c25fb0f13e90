import { describe, expect, test } from 'vitest'
import { completeManifest, type JobFacts } from '#protocol/manifest-inference.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { parseUnitList } from '#protocol/unit-list.ts'
import { reflect } from '#protocol/wgsl/reflect.ts'
import { refusalOf } from './refusal-of.ts'

const squares = `
@group(0) @binding(0) var<storage, read> numbers: array<f32>;
@group(0) @binding(1) var<storage, read_write> squares: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&squares)) { squares[id.x] = numbers[id.x] * numbers[id.x]; }
}`

interface Attempt {
  readonly wgsl?: string
  readonly changes?: Record<string, unknown>
  readonly facts?: Partial<JobFacts>
}

const smallest = {
  name: 'Squares',
  summary: 'Squares of numbers.',
  cause: 'other',
  licence: 'MIT',
  wgsl: ['kernel.wgsl'],
  inputs: { numbers: 'numbers.f32' },
  units: { range: [0, 10], granule: 4 },
  price: { perUnitMask: '0.5', budgetMask: '2' },
}

function complete({ wgsl = squares, changes = {}, facts = {} }: Attempt = {}) {
  const manifest = parseManifest({ ...smallest, ...changes })
  return completeManifest(manifest, reflect(wgsl), {
    inputBytes: new Map([['numbers', 40]]),
    ...facts,
  })
}

/** A kernel with a storage texture that it only mentions, next to the squares. */
function storing(format: string, access: string): Attempt {
  const wgsl = `
@group(0) @binding(0) var canvas: texture_storage_2d<${format}, ${access}>;
@group(0) @binding(1) var<storage, read_write> out: array<u32, 2>;
@compute @workgroup_size(1) fn main() { let size = textureDimensions(canvas); out[0] = size.x; }`
  return { wgsl, changes: { inputs: {}, textures: { canvas: { format, size: [4, 4] } } } }
}

describe('what the author leaves out', () => {
  test('[I1] the smallest job is completed from the kernel alone, and each guess is told', () => {
    const { manifest, inferred } = complete()
    expect(manifest).toMatchObject({
      inputs: { numbers: { file: 'numbers.f32' } },
      buffers: { numbers: { from: 'input:numbers' }, squares: { bytes: '4*$unit.count', result: true } },
      passes: [{ entry: 'main', bind: { '0.0': 'numbers', '0.1': 'squares' }, invocations: ['$unit.count'] }],
      verify: { squares: { compare: 'tolerance', as: 'f32', atol: 1e-5, rtol: 1e-4 } },
      collect: { kind: 'raw', buffer: 'squares' },
    })
    expect(inferred.map(({ where }) => where)).toEqual(
      expect.arrayContaining([
        'passes',
        'buffers.numbers',
        'buffers.squares.bytes',
        'verify.squares',
        'collect',
      ]),
    )
  })

  test('[I2] a complete manifest comes out as it went in, with nothing inferred', () => {
    const { manifest } = complete()
    const again = completeManifest(manifest, reflect(squares), { inputBytes: new Map([['numbers', 40]]) })
    expect(again).toEqual({ manifest, inferred: [] })
  })

  test('[I2] the author’s manifest is not changed', () => {
    const manifest = parseManifest(smallest)
    const before = structuredClone(manifest)
    completeManifest(manifest, reflect(squares), { inputBytes: new Map() })
    expect(manifest).toEqual(before)
  })

  test('[I1] the fields of a uniform are found by parameters, columns, the unit’s span, and padding is zero', () => {
    const wgsl = `
struct Params { width: u32, rate: f32, unit_begin: u32, _pad: vec2f }
@group(1) @binding(3) var<uniform> params: Params;
@group(0) @binding(0) var<storage, read_write> out: array<u32, 3>;
@compute @workgroup_size(1) fn main() { out[0] = params.width; }`
    const { manifest } = complete({
      wgsl,
      changes: { inputs: {}, parameters: { width: 8 }, units: { list: 'list.csv' } },
      facts: { list: parseUnitList(new TextEncoder().encode('rate,seed\n0.1,1\n0.2,2\n'), 'list.csv') },
    })
    expect(manifest.buffers).toEqual({
      params: { uniform: { width: '$width', rate: '$unit.rate', unit_begin: '$unit.begin', _pad: [0, 0] } },
      out: { bytes: 12, result: true },
    })
    expect(manifest.units).toEqual({ list: 'list.csv', columns: ['rate', 'seed'], count: 2 })
    expect(manifest.verify).toEqual({ out: { compare: 'exact' } })
  })

  test.each<[type: string, as: unknown, bytes: unknown]>([
    ['array<vec4f>', 'f32', '16*$unit.count'],
    ['array<vec3f>', ['f32', 'f32', 'f32', 'u32'], '16*$unit.count'],
    ['array<mat3x3f>', ['f32', 'f32', 'f32', 'u32', 'f32', 'f32', 'f32', 'u32', 'f32', 'f32', 'f32', 'u32'], '48*$unit.count'],
    ['array<Hit>', ['u32', 'f32'], '8*$unit.count'],
    ['Hits', ['u32', 'u32', 'f32'], 'ceil((4+8*$unit.count)/4)*4'],
    ['array<f32, 6>', 'f32', 24],
  ])('[I1] the type of a result says its size and elements: %s', (type, as, bytes) => {
    const wgsl = `
struct Hit { index: u32, distance: f32 }
struct Hits { count: u32, hits: array<Hit> }
@group(0) @binding(0) var<storage, read_write> out: ${type};
@compute @workgroup_size(8) fn main() { let size = &out; }`
    const { manifest } = complete({ wgsl, changes: { inputs: {} } })
    expect(manifest.verify).toMatchObject({ out: { compare: 'tolerance', as } })
    expect(manifest.buffers.out).toMatchObject({ bytes })
  }) // prettier-ignore

  test('[I1] an input that comes back changed is a result that starts as it, and as large', () => {
    const wgsl = `
@group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
@compute @workgroup_size(8) fn main() { numbers[0] *= 2.0; }`
    const changes = { buffers: { numbers: { from: 'input:numbers', result: true } } }
    expect(complete({ wgsl, changes }).manifest.buffers).toEqual({
      numbers: { init: 'input:numbers', result: true, bytes: 40 },
    })
    const facts = { inputBytes: new Map() }
    expect(complete({ wgsl, changes, facts }).manifest.buffers.numbers).toMatchObject({
      bytes: '4*$unit.count',
    })
  })

  test.each<[type: string, format: string, verify: unknown]>([
    ['texture_storage_2d<rgba8unorm, write>', 'rgba8unorm', { compare: 'tolerance', atol: 1, rtol: 0, as: 'u8' }],
    ['texture_storage_2d<rgba8snorm, write>', 'rgba8snorm', { compare: 'tolerance', atol: 1, rtol: 0, as: 'i8' }],
    ['texture_storage_2d<rgba16float, write>', 'rgba16float', { compare: 'tolerance', atol: 1e-3, rtol: 2e-3, as: 'f16' }],
    ['texture_storage_2d<rgba32float, write>', 'rgba32float', { compare: 'tolerance', atol: 1e-5, rtol: 1e-4, as: 'f32' }],
    ['texture_storage_2d<rgba8uint, write>', 'rgba8uint', { compare: 'exact' }],
  ])('[I1] [I11] what devices may round apart is compared by it: %s', (type, format, verify) => {
    const store = format.endsWith('uint') ? 'vec4u(1)' : 'vec4f(1)'
    const wgsl = `
@group(0) @binding(0) var canvas: ${type};
@compute @workgroup_size(1) fn main() { textureStore(canvas, vec2u(0), ${store}); }`
    const changes = { inputs: {}, textures: { canvas: { format, size: [4, 4], result: true } } }
    expect(complete({ wgsl, changes }).manifest.verify).toMatchObject({ canvas: verify })
  }) // prettier-ignore

  test('[I1] a uniform that nothing reads has its fields as well', () => {
    const wgsl = `
struct Idle { width: u32, _pad: u32, at: vec2f }
@group(0) @binding(2) var<uniform> idle: Idle;${squares}`
    const changes = { parameters: { width: 3 }, buffers: { idle: { uniform: { at: [1, 2] } } } }
    expect(complete({ wgsl, changes }).manifest.buffers.idle).toEqual({
      uniform: { width: '$width', _pad: 0, at: [1, 2] },
    })
    const wrong = { buffers: { idle: { uniform: { height: 1 } } } }
    expect(refusalOf(() => complete({ wgsl, changes: wrong }))).toMatchObject({
      where: 'buffers.idle.uniform.height',
    })
  })

  test.each<[format: string, access: string, features: string[]]>([
    ['r32float', 'read_write', []],
    ['rgba8unorm', 'read', []],
    ['rg16uint', 'write', ['texture-formats-tier1']],
    ['rgba8unorm', 'read_write', ['texture-formats-tier2']],
    ['bgra8unorm', 'write', ['bgra8unorm-storage']],
  ])('[I1] a storage texture of %s for %s requires what it takes', (format, access, features) => {
    const { manifest } = complete(storing(format, access))
    expect(manifest.requires.features).toEqual(features)
  })

  test('[I1] extensions and crowded bind groups become requirements', () => {
    const buffers = Array.from({ length: 9 }, (_, place) => `@group(0) @binding(${place}) var<storage, read_write> b${place}: array<f16>;`)
    const uses = Array.from({ length: 9 }, (_, place) => `b${place}[0] = 1h;`)
    const wgsl = `enable f16;\n${buffers.join('\n')}\n@compute @workgroup_size(1) fn main() { ${uses.join(' ')} }`
    const { manifest } = complete({ wgsl, changes: { inputs: {}, buffers: { b0: { bytes: 4, result: true } } } })
    expect(manifest.requires).toEqual({
      features: ['shader-f16'],
      limits: { maxStorageBuffersPerShaderStage: 9 },
    })
  }) // prettier-ignore
})

describe('what does not fit together', () => {
  test.each<[fault: string, attempt: Attempt, where: string, says: RegExp]>([
    ['an entry point that is not there', { changes: { passes: [{ entry: 'run' }] } }, 'passes.0.entry', /main/],
    ['a slot that is not there', { changes: { passes: [{ entry: 'main', bind: { '2.0': 'numbers' } }] } }, 'passes.0.bind.2.0', /group\(2\)/],
    ['several entry points and no passes', { wgsl: `${squares} @compute @workgroup_size(1) fn other() {}` }, 'passes', /main, other/],
    ['no entry point', { wgsl: 'fn main() {}' }, 'wgsl', /no compute entry point/],
    ['something read that nothing fills', { changes: { inputs: { a: 'a.bin', b: 'b.bin' } } }, 'buffers.numbers', /line 2/],
    ['a storage texture of no browser', storing('rg32float', 'read_write'), 'passes.0', /canvas \(line 2\).*<rg32float, read_write>, which WebGPU does not have/],
    ['several results and no word on which', { changes: { buffers: { squares: { result: true }, more: { bytes: 4, result: true } } } }, 'collect.buffer', /squares, more/],
    ['one buffer read and written', { changes: { buffers: { a: { bytes: 16, result: true } }, passes: [{ entry: 'main', bind: { '0.0': 'a', '0.1': 'a' } }] } }, 'passes.0.bind.0.1', /"a" is at 0\.0 \(numbers\) as well.*line 3/],
    ['writing to a uniform', { changes: { buffers: { squares: { uniform: { a: '1:f32' } } } } }, 'passes.0.bind.0.1', /writes to squares/],
    ['a texture where the kernel has a buffer', { changes: { textures: { squares: { format: 'r32float', size: [4] } } } }, 'passes.0.bind.0.1', /storage buffer/],
    ['a file shorter than the declaration', { wgsl: squares.replace('array<f32>;', 'array<f32, 99>;') }, 'buffers.numbers', /40 bytes.*396/],
    ['slices beyond the file', { changes: { inputs: { numbers: { file: 'n', slice: { stride: 8 } } } } }, 'inputs.numbers', /need 80/],
    ['a workgroup in two dimensions without counts', { wgsl: squares.replace('(64)', '(8, 8)') }, 'passes.0', /more than one dimension/],
    ['an override without value', { wgsl: `override n: u32; ${squares.replace('id.x * 1', 'n').replace('if (', 'if (n > 0u && ')}` }, 'passes.0.overrides', /"n"/],
    ['an override that is not there', { changes: { passes: [{ entry: 'main', overrides: { n: 1 } }] } }, 'passes.0.overrides.n', /no override/],
    ['two results and no word which to collect', { changes: { buffers: { squares: { result: true }, more: { bytes: 4, result: true } } } }, 'collect.buffer', /several results/],
  ])('[I3] %s is refused by its place', (_fault, attempt, where, says) => {
    const refusal = refusalOf(() => complete(attempt))
    expect(refusal).toMatchObject({ reason: 'manifestInvalid', where })
    expect(`${refusal.message} ${refusal.next ?? ""}`).toMatch(says)
    expect(refusal.next).toMatch(/\w/)
  }) // prettier-ignore

  test.each<[fault: string, wgsl: string, where: string, says: RegExp]>([
    ['a field that the struct lacks', 'struct P { a: u32 } @group(0) @binding(0) var<uniform> p: P;', 'buffers.p.uniform.b', /no field "b"/],
    ['a field without value', 'struct P { b: u32, c: u32 } @group(0) @binding(0) var<uniform> p: P;', 'buffers.p.uniform.c', /"c" has no value/],
  ])('[I3] %s is refused by its place', (_fault, declarations, where, says) => {
    const wgsl = `${declarations} @group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(1) fn main() { let use = &p; out[0] = 1u; }`
    const refusal = refusalOf(() => complete({ wgsl, changes: { inputs: {}, buffers: { p: { uniform: { b: 1 } } } } }))
    expect(refusal).toMatchObject({ where })
    expect(`${refusal.message} ${refusal.next ?? ""}`).toMatch(says)
  }) // prettier-ignore
})
