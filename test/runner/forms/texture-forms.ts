import { floats, scrambled, words, type KernelForm } from '../kernel-form.ts'

const out = (bytes: number | string) => ({ bytes, result: true })
const texel = (index: number) => scrambled(index) & 255
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, index) => texel(index))

/** A texture's load, one texel a workgroup, into `out`. */
const loading = (texture: string, value: string, type = 'f32') => `
  @group(0) @binding(0) var image: ${texture};
  @group(0) @binding(1) var<storage, read_write> out: array<${type}>;
  @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[(id.z * 2u + id.y) * 3u + id.x] = ${value}; }`
const grid = (depth = 1) => [{ entry: 'main', workgroups: [3, 2, depth] }]

/** Forms of textures and samplers. */
export const textureForms: readonly KernelForm[] = [
  {
    form: 'a texture of an input, changed in place, as the result; each unit begins anew',
    wgsl: `
      @group(0) @binding(0) var heights: texture_storage_2d<r32float, read_write>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        textureStore(heights, id.xy, textureLoad(heights, id.xy) * 2.0);
      }`,
    job: {
      textures: { heights: { from: 'input:start', format: 'r32float', size: [3, 2], result: true } },
      passes: [{ repeat: 2, do: grid() }],
      units: { range: [0, 2] },
    },
    inputs: { start: floats(6, (index) => index + 1) },
    units: [0, 1],
    expected: () => floats(6, (index) => 4 * (index + 1)),
  },
  {
    form: 'a texture of bytes, loaded',
    wgsl: loading(
      'texture_2d<f32>',
      'dot(textureLoad(image, id.xy, 0), vec4f(255.0, 255.0 * 256.0, 255.0 * 65536.0, 0.0))',
    ),
    job: {
      textures: { image: { from: 'input:pixels', format: 'rgba8unorm', size: [3, 2] } },
      buffers: { out: out(24) },
      passes: grid(),
    },
    inputs: { pixels: bytes(24) },
    tolerance: 2,
    expected: () =>
      floats(6, (index) => texel(4 * index) + 256 * texel(4 * index + 1) + 65536 * texel(4 * index + 2)),
  },
  {
    form: 'a texture of 32-bit floats, which no filter may touch',
    wgsl: loading('texture_2d<f32>', 'textureLoad(image, id.xy, 0).r'),
    job: {
      textures: { image: { from: 'input:pixels', format: 'r32float', size: [3, 2] } },
      buffers: { out: out(24) },
      passes: grid(),
    },
    inputs: { pixels: floats(6, (index) => index * 1.25e7) },
    expected: () => floats(6, (index) => index * 1.25e7),
  },
  {
    form: 'textures of whole numbers, signed and not',
    wgsl: `
      @group(0) @binding(0) var counts: texture_2d<u32>;
      @group(0) @binding(1) var levels: texture_2d<i32>;
      @group(0) @binding(2) var<storage, read_write> out: array<i32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        out[id.y * 3u + id.x] = i32(textureLoad(counts, id.xy, 0).g) + textureLoad(levels, id.xy, 0).r;
      }`,
    job: {
      textures: {
        counts: { from: 'input:counts', format: 'rg16uint', size: [3, 2] },
        levels: { from: 'input:levels', format: 'r8sint', size: [3, 2] },
      },
      buffers: { out: out(24) },
      passes: grid(),
    },
    inputs: {
      counts: Uint16Array.from({ length: 12 }, (_, index) => 1000 * index),
      levels: Int8Array.of(-1, -2, -3, 4, 5, 6),
    },
    expected: () => Int32Array.of(999, 2998, 4997, 7004, 9005, 11006),
  },
  {
    form: 'a volume',
    wgsl: loading('texture_3d<f32>', 'textureLoad(image, id, 0).r'),
    job: {
      textures: { image: { from: 'input:scan', format: 'r32float', size: [3, 2, 4] } },
      buffers: { out: out(96) },
      passes: grid(4),
    },
    inputs: { scan: floats(24, (index) => index + 0.5) },
    expected: () => floats(24, (index) => index + 0.5),
  },
  {
    form: 'an array of layers',
    wgsl: loading('texture_2d_array<u32>', 'textureLoad(image, id.xy, id.z, 0).r', 'u32'),
    job: {
      textures: { image: { from: 'input:stack', format: 'r32uint', size: [3, 2, 3] } },
      buffers: { out: out(72) },
      passes: grid(3),
    },
    inputs: { stack: words(18, scrambled) },
    expected: () => words(18, scrambled),
  },
  {
    form: 'a row of texels',
    wgsl: loading('texture_1d<u32>', 'textureLoad(image, id.y * 3u + id.x, 0).r', 'u32'),
    job: {
      textures: { image: { from: 'input:row', format: 'r16uint', size: [6] } },
      buffers: { out: out(24) },
      passes: grid(),
    },
    inputs: { row: Uint16Array.of(1, 2, 3, 40, 50, 60) },
    expected: () => Uint32Array.of(1, 2, 3, 40, 50, 60),
  },
  {
    form: 'a cube of six faces, sampled',
    wgsl: `
      @group(0) @binding(0) var sky: texture_cube<f32>;
      @group(0) @binding(1) var near: sampler;
      @group(0) @binding(2) var<storage, read_write> out: array<f32, 6>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        var way = vec3f(0.1, 0.1, 0.1);
        way[id.x / 2u] = select(1.0, -1.0, id.x % 2u == 1u);
        out[id.x] = textureSampleLevel(sky, near, way, 0.0).r;
      }`,
    job: {
      textures: { sky: { from: 'input:faces', format: 'r32float', size: [2, 2, 6] } },
      buffers: { out: { result: true } },
      passes: [{ entry: 'main', workgroups: [6] }],
    },
    inputs: { faces: floats(24, (index) => Math.floor(index / 4) * 10) },
    expected: () => floats(6, (face) => face * 10),
  },
  {
    form: 'samplers: nearest and linear, clamped, repeated and mirrored',
    wgsl: `
      @group(0) @binding(0) var image: texture_2d<f32>;
      @group(0) @binding(1) var near: sampler;
      @group(0) @binding(2) var smooth_: sampler;
      @group(0) @binding(3) var wrap: sampler;
      @group(0) @binding(4) var mirror: sampler;
      @group(0) @binding(5) var<storage, read_write> out: array<f32, 5>;
      fn at(s: sampler, x: f32) -> f32 { return textureSampleLevel(image, s, vec2f(x, 0.5), 0.0).r * 255.0; }
      @compute @workgroup_size(1) fn main() {
        out[0] = at(near, 0.3);
        out[1] = at(smooth_, 0.25);
        out[2] = at(near, 9.0);
        out[3] = at(wrap, 1.1);
        out[4] = at(mirror, 1.1);
      }`,
    job: {
      textures: { image: { from: 'input:pixels', format: 'r8unorm', size: [4, 1] } },
      samplers: {
        near: {},
        smooth_: { filter: 'linear' },
        wrap: { address: 'repeat' },
        mirror: { address: ['mirror-repeat', 'clamp-to-edge'] },
      },
      buffers: { out: { result: true } },
      passes: [{ entry: 'main', workgroups: [1] }],
    },
    inputs: { pixels: Uint8Array.of(10, 50, 100, 200) },
    tolerance: 0.5,
    expected: () => Float32Array.of(50, 30, 200, 10, 200),
  },
  {
    form: 'a comparison sampler, declared and bound',
    wgsl: `
      @group(0) @binding(0) var shadow: sampler_comparison;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 3>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] = id.x + 1u; }
      fn never(depth: texture_depth_2d) -> f32 { return textureSampleCompareLevel(depth, shadow, vec2f(0.5), 0.5); }`,
    job: {
      samplers: { shadow: { compare: 'less' } },
      buffers: { out: { result: true } },
      passes: [{ entry: 'main', bind: { '0.0': 'shadow' }, workgroups: [3] }],
    },
    expected: () => Uint32Array.of(1, 2, 3),
  },
  {
    form: 'a storage texture as result, its rows without padding',
    wgsl: `
      @group(0) @binding(0) var canvas: texture_storage_2d<rgba8unorm, write>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        textureStore(canvas, id.xy, vec4f(f32(id.x), f32(id.y), 9.0, 255.0) / 255.0);
      }`,
    job: {
      textures: { canvas: { format: 'rgba8unorm', size: [5, 3], result: true } },
      passes: [{ entry: 'main', workgroups: [5, 3] }],
      verify: { canvas: { compare: 'exact' } },
    },
    expected: () =>
      Uint8Array.from(
        { length: 60 },
        (_, i) => [Math.floor(i / 4) % 5, Math.floor(i / 20), 9, 255][i % 4] ?? 0,
      ),
  },
  {
    form: 'a buffer and a volume of storage as results, in that order',
    wgsl: `
      @group(0) @binding(0) var field: texture_storage_3d<r32float, write>;
      @group(0) @binding(1) var<storage, read_write> sums: array<u32, 3>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        textureStore(field, id, vec4f(f32(id.x + 10u * id.y + 100u * id.z), 0.0, 0.0, 0.0));
        sums[id.x] = id.x;
      }`,
    job: {
      textures: { field: { format: 'r32float', size: [3, 2, 2], result: true } },
      buffers: { sums: { result: true } },
      passes: [{ entry: 'main', workgroups: [3, 2, 2] }],
      collect: { kind: 'raw', buffer: 'sums' },
    },
    expected: () => {
      const field = floats(
        12,
        (index) => (index % 3) + 10 * (Math.floor(index / 3) % 2) + 100 * Math.floor(index / 6),
      )
      return Uint32Array.of(0, 1, 2, ...new Uint32Array(field.buffer))
    },
  },
  {
    form: 'two textures that take turns, scratch textures starting as zeros',
    wgsl: `
      @group(0) @binding(0) var before: texture_2d<u32>;
      @group(0) @binding(1) var into: texture_storage_2d<r32uint, write>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        let left = textureLoad(before, vec2u((id.x + 3u) % 4u, id.y), 0).r;
        textureStore(into, id.xy, vec4u(left + 1u + id.y, 0u, 0u, 0u));
      }`,
    job: {
      units: { range: [0, 2] },
      textures: {
        a: { format: 'r32uint', size: [4, 2] },
        b: { format: 'r32uint', size: [4, 2], result: true },
      },
      passes: [
        {
          repeat: 3,
          do: [
            {
              entry: 'main',
              bind: { '0.0': { swap: ['a', 'b'] }, '0.1': { swap: ['b', 'a'] } },
              workgroups: [4, 2],
            },
          ],
        },
      ],
      verify: { b: { compare: 'exact' } },
    },
    units: [0, 1],
    expected: () => words(8, (index) => 3 * (1 + Math.floor(index / 4))),
  },
  {
    form: 'a storage texture that is read and written, from an input each unit anew',
    wgsl: `
      @group(0) @binding(0) var image: texture_storage_2d<r32uint, read_write>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 6>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        let sum = textureLoad(image, id.xy).r + 5u;
        textureStore(image, id.xy, vec4u(sum, 0u, 0u, 0u));
        out[id.y * 3u + id.x] = sum;
      }`,
    job: {
      units: { range: [0, 2] },
      textures: { image: { from: 'input:start', format: 'r32uint', size: [3, 2] } },
      buffers: { out: { result: true } },
      passes: [{ entry: 'main', workgroups: [3, 2] }],
    },
    inputs: { start: words(6, scrambled) },
    units: [0, 1],
    expected: () => words(6, (index) => scrambled(index) + 5),
  },
  {
    form: 'a storage texture that is read',
    wgsl: loading('texture_storage_2d<rgba32uint, read>', 'textureLoad(image, id.xy).z', 'u32'),
    job: {
      textures: { image: { from: 'input:pixels', format: 'rgba32uint', size: [3, 2] } },
      buffers: { out: out(24) },
      passes: grid(),
    },
    inputs: { pixels: words(24, scrambled) },
    expected: () => words(6, (index) => scrambled(4 * index + 2)),
  },
]
