import { floats, words, type KernelForm } from '../kernel-form.ts'

const oneRow = (count: number) => [{ entry: 'main', workgroups: [count] }]
/** `body` gives the value of a word; the kernel's uniform is called `u`. */
const reading = (declarations: string, value: string, type = 'f32') => `
  ${declarations}
  @group(0) @binding(9) var<storage, read_write> out: array<${type}>;
  @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { let i = id.x; out[i] = ${value}; }`
const out = (bytes: number) => ({ bytes, result: true })

/** Forms of uniforms: the types that values are laid out for. */
export const uniformForms: readonly KernelForm[] = [
  {
    form: 'a struct of scalars by their names, parameters and the unit’s span filled in',
    wgsl: reading(
      'struct P { scale: f32, unit_index: u32, width: i32, unit_count: u32, unit_begin: u32 }\n@group(0) @binding(0) var<uniform> u: P;',
      'array(u.scale, f32(u.unit_index), f32(u.width), f32(u.unit_count), f32(u.unit_begin))[i]',
    ),
    job: {
      parameters: { width: 12, scale: '$width/8' },
      units: { range: [3, 13], granule: 4 },
      buffers: { out: out(20) },
      passes: oneRow(5),
    },
    units: [0, 2],
    expected: (unit) => Float32Array.of(1.5, unit, 12, unit === 2 ? 2 : 4, 3 + 4 * unit),
  },
  {
    form: 'vectors and a matrix, their padding right',
    wgsl: reading(
      'struct P { a: f32, eye: vec3f, m: mat3x3f, flat: mat2x2f, tail: vec2u }\n@group(0) @binding(0) var<uniform> u: P;',
      'select(select(u.m[i % 3u][i / 3u % 3u], u.eye[i % 3u] + u.a, i >= 9u), u.flat[i % 2u].y + f32(u.tail.y), i >= 12u)',
    ),
    job: {
      buffers: {
        u: {
          uniform: {
            a: 0.25,
            eye: [1, '1+1', 3],
            m: [
              [1, 2, 3],
              [4, 5, 6],
              [7, 8, 9],
            ],
            flat: [10, 20, 30, 40],
            tail: [7, 8],
          },
        },
        out: out(56),
      },
      passes: oneRow(14),
    },
    expected: () => Float32Array.of(1, 4, 7, 2, 5, 8, 3, 6, 9, 1.25, 2.25, 3.25, 28, 48),
  },
  {
    form: 'an array of vectors and a nested struct',
    wgsl: reading(
      `struct Light { at: vec3f, power: f32 }
       struct P { lights: array<Light, 2>, weights: array<vec4f, 2> }
       @group(0) @binding(0) var<uniform> u: P;`,
      'u.lights[i % 2u].at.y * u.lights[i % 2u].power + u.weights[i % 2u][i]',
    ),
    job: {
      buffers: {
        u: {
          uniform: {
            lights: [
              { at: [1, 2, 3], power: 10 },
              { at: [4, 5, 6], power: '$unit.count' },
            ],
            weights: [0, 1, 2, 3, 4, 5, 6, 7],
          },
        },
        out: out(16),
      },
      passes: oneRow(4),
    },
    expected: () => Float32Array.of(20 + 0, 5 + 5, 20 + 2, 5 + 7),
  },
  {
    form: 'a uniform that is no struct: a number, and a vector',
    wgsl: reading(
      '@group(0) @binding(0) var<uniform> size: u32;\n@group(0) @binding(1) var<uniform> shift: vec2i;',
      'i32(size) * 100 + shift[i]',
      'i32',
    ),
    job: {
      units: { range: [0, 6], granule: 6 },
      buffers: { size: { uniform: '$unit.count' }, shift: { uniform: [-3, '0-$unit.count'] }, out: out(8) },
      passes: oneRow(2),
    },
    expected: () => Int32Array.of(597, 594),
  },
  {
    form: 'values packed by their own types',
    wgsl: reading('@group(0) @binding(0) var<uniform> u: vec4u;', 'u[i]', 'u32'),
    job: {
      units: { range: [5, 6] },
      buffers: {
        u: { uniform: { begin: '$unit.begin:u32', half: '0.5:f32', minus: '0-1:i32', last: '9:u32' } },
        out: out(16),
      },
      passes: oneRow(4),
    },
    expected: () => Uint32Array.of(5, 0x3f00_0000, 0xffff_ffff, 9),
  },
  {
    form: 'values read through var<storage, read>, and how many there are',
    wgsl: reading('@group(0) @binding(0) var<storage, read> u: array<f32>;', 'u[i] + f32(arrayLength(&u))'),
    job: { buffers: { u: { uniform: [1, 2.5, '$unit.count/4'] }, out: out(12) }, passes: oneRow(3) },
    expected: () => Float32Array.of(4, 5.5, 3.25),
  },
  {
    form: 'half floats in a uniform and in a result',
    wgsl: `enable f16;
      struct P { a: f16, b: vec3<f16> }
      @group(0) @binding(0) var<uniform> u: P;
      @group(0) @binding(1) var<storage, read_write> out: array<f16, 4>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] = u.a * u.b[id.x % 3u]; }`,
    job: {
      buffers: { u: { uniform: { a: 2, b: [0.25, 1000, -3] } }, out: { result: true } },
      passes: oneRow(4),
    },
    expected: () => Uint16Array.of(0x3800, 0x67d0, 0xc600, 0x3800),
  },
  {
    form: 'a uniform that changes with every turn of a repeat',
    wgsl: `
      struct Step { index: u32, factor: f32 }
      @group(0) @binding(0) var<uniform> step: Step;
      @group(0) @binding(1) var<storage, read_write> out: array<f32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[8u * step.index + id.x] = step.factor * f32(id.x + 1u); }`,
    job: {
      buffers: { step: { uniform: { index: '$i', factor: '$i/2+1' } }, out: out(16 * 8 * 4) },
      passes: [{ repeat: 16, do: [{ entry: 'main', workgroups: [8] }] }],
    },
    expected: () => floats(128, (index) => (Math.floor(index / 8) / 2 + 1) * ((index % 8) + 1)),
  },
  {
    form: 'more values in a repeat than one submit can hold',
    wgsl: `
      struct Step { index: u32, data: array<vec4u, 1024> }
      @group(0) @binding(0) var<uniform> step: Step;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(1) fn main() { out[step.index] = step.data[1023].w + step.index; }`,
    job: {
      buffers: { step: { uniform: { index: '$i', data: new Array<number>(4096).fill(3) } }, out: out(400) },
      passes: [{ repeat: 100, do: [{ entry: 'main', workgroups: [1] }] }],
    },
    expected: () => words(100, (index) => index + 3),
  },
]
