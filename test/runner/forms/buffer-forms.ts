import { floats, scrambled, words, type KernelForm } from '../kernel-form.ts'

const range = (end: number, granule: number) => ({ units: { range: [0, end], granule } })

/** Forms of buffers: inputs, scratch, results. */
export const bufferForms: readonly KernelForm[] = [
  {
    form: 'the smallest job: everything inferred, a sliced input, a shorter last unit',
    wgsl: `
      @group(0) @binding(0) var<storage, read> numbers: array<u32>;
      @group(0) @binding(1) var<storage, read_write> squares: array<u32>;
      @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < arrayLength(&squares)) { squares[id.x] = numbers[id.x] * numbers[id.x]; }
      }`,
    job: { ...range(130, 50), inputs: { numbers: { file: 'n.bin', slice: { stride: 4 } } } },
    inputs: { numbers: words(130, (index) => index) },
    units: [0, 1, 2],
    expected: (unit) => words(unit < 2 ? 50 : 30, (index) => (50 * unit + index) ** 2),
  },
  {
    form: 'a whole input shared by units, read at the unit’s begin',
    wgsl: `
      struct Unit { unit_begin: u32, unit_count: u32 }
      @group(0) @binding(0) var<storage, read> table: array<u32>;
      @group(0) @binding(1) var<uniform> span: Unit;
      @group(0) @binding(2) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < span.unit_count) { out[id.x] = table[span.unit_begin + id.x] ^ arrayLength(&table); }
      }`,
    job: range(40, 16),
    inputs: { table: words(40, scrambled) },
    units: [0, 2],
    expected: (unit) => words(unit < 2 ? 16 : 8, (index) => scrambled(16 * unit + index) ^ 40),
  },
  {
    form: 'an input that a kernel writes: every unit gets a fresh copy',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> state: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
        state[id.x] += 1u;
        out[id.x] = state[id.x];
      }`,
    job: {
      ...range(3, 1),
      buffers: { out: { bytes: 64, result: true } },
      passes: [{ entry: 'main', workgroups: [4] }],
    },
    inputs: { state: words(16, (index) => 10 * index) },
    units: [0, 1, 2, 0],
    expected: () => words(16, (index) => 10 * index + 1),
  },
  {
    form: 'an input that comes back changed, next to a uniform that nothing reads',
    wgsl: `
      struct Idle { rate: f32, at: vec3f, weights: array<vec4f, 2> }
      @group(0) @binding(0) var<storage, read_write> state: array<u32>;
      @group(0) @binding(1) var<uniform> idle: Idle;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { state[id.x] *= 3u; }`,
    job: {
      ...range(2, 1),
      buffers: {
        state: { from: 'input:state', result: true },
        idle: { uniform: { rate: '$unit.index', at: [1, 2, 3], weights: [0, 1, 2, 3, 4, 5, 6, 7] } },
      },
      passes: [{ entry: 'main', invocations: [16] }],
    },
    inputs: { state: words(16, (index) => index) },
    units: [0, 1],
    expected: () => words(16, (index) => 3 * index),
  },
  {
    form: 'a sliced input that a kernel writes',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> rows: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        rows[2u * id.x] += rows[2u * id.x + 1u];
        out[id.x] = rows[2u * id.x];
      }`,
    job: {
      ...range(9, 4),
      inputs: { rows: { file: 'r.bin', slice: { stride: 8 } } },
      buffers: { out: { bytes: '4*$unit.count', result: true } },
      passes: [{ entry: 'main', workgroups: ['$unit.count'] }],
    },
    inputs: { rows: words(18, scrambled) },
    units: [0, 1, 2],
    expected: (unit) =>
      words(
        unit < 2 ? 4 : 1,
        (index) => scrambled(8 * unit + 2 * index) + scrambled(8 * unit + 2 * index + 1),
      ),
  },
  {
    form: 'scratch starts as zeros in every unit',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> sums: array<atomic<u32>, 4>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 4>;
      @compute @workgroup_size(16) fn add(@builtin(global_invocation_id) id: vec3u) { atomicAdd(&sums[id.x % 4u], id.x); }
      @compute @workgroup_size(4) fn take(@builtin(local_invocation_index) i: u32) { out[i] = atomicLoad(&sums[i]); }`,
    job: {
      ...range(3, 1),
      buffers: { sums: {}, out: { result: true } },
      passes: [
        { entry: 'add', workgroups: [4] },
        { entry: 'take', workgroups: [1] },
      ],
    },
    units: [0, 1, 2],
    expected: () => words(4, (lane) => 16 * lane + 4 * 120),
  },
  {
    form: 'scratch that starts as an input, longer than it',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> state: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { state[id.x] += 7u; out[id.x] = state[id.x]; }`,
    job: {
      ...range(2, 1),
      buffers: { state: { bytes: 32, init: 'input:start' }, out: { bytes: 32, result: true } },
      passes: [{ entry: 'main', workgroups: [8] }],
    },
    inputs: { start: words(5, (index) => index + 1) },
    units: [0, 1, 0],
    expected: () => words(8, (index) => (index < 5 ? index + 8 : 7)),
  },
  {
    form: 'a result that starts as zeros and is left alone in part',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32, 16>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { if (id.x % 3u == 0u) { out[id.x] = 5u; } }`,
    job: {
      ...range(2, 1),
      buffers: { out: { result: true, init: 'zero' } },
      passes: [{ entry: 'main', workgroups: [16] }],
    },
    units: [0, 1],
    expected: () => words(16, (index) => (index % 3 === 0 ? 5 : 0)),
  },
  {
    form: 'a result that starts as an input',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32, 8>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] += 100u; }`,
    job: {
      buffers: { out: { result: true, init: 'input:start' } },
      passes: [{ entry: 'main', workgroups: [4] }],
    },
    inputs: { start: words(8, (index) => index) },
    expected: () => words(8, (index) => (index < 4 ? index + 100 : index)),
  },
  {
    form: 'several results, of unlike types, follow one another',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> means: array<f32>;
      @group(0) @binding(1) var<storage, read_write> counts: array<u32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        means[id.x] = f32(id.x) * 0.5;
        counts[id.x] = id.x + 1u;
      }`,
    job: {
      ...range(6, 6),
      buffers: {
        counts: { bytes: '4*$unit.count', result: true },
        means: { bytes: '4*$unit.count', result: true },
      },
      passes: [{ entry: 'main', workgroups: ['$unit.count'] }],
      collect: { kind: 'raw', buffer: 'counts' },
    },
    expected: () =>
      new Uint8Array(
        [
          ...words(6, (index) => index + 1),
          ...new Uint32Array(floats(6, (index) => index / 2).buffer),
        ].flatMap((word) => [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]),
      ),
  },
  {
    form: 'a list of units, its columns in expressions',
    wgsl: `
      struct Row { rate: f32, rounds: u32 }
      @group(0) @binding(0) var<uniform> row: Row;
      @group(0) @binding(1) var<storage, read_write> out: array<f32, 4>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] = row.rate * f32(row.rounds + id.x); }`,
    job: {
      units: { list: 'units.csv', columns: ['rate', 'rounds'], count: 3 },
      buffers: { row: { uniform: { rate: '$unit.rate', rounds: '2*$unit.rounds' } }, out: { result: true } },
      passes: [{ entry: 'main', workgroups: [4] }],
    },
    list: 'rate,rounds\n0.5,1\n0.25,8\n-2,3\n',
    units: [0, 1, 2],
    expected: (unit) =>
      floats(4, (index) => ([0.5, 0.25, -2][unit] ?? 0) * (2 * ([1, 8, 3][unit] ?? 0) + index)),
  },
  {
    form: 'an input whose length is no multiple of four',
    wgsl: `
      @group(0) @binding(0) var<storage, read> packed: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 6>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] = extractBits(packed[id.x / 4u], 8u * (id.x % 4u), 8u); }`,
    job: { buffers: { out: { result: true } }, passes: [{ entry: 'main', workgroups: [6] }] },
    inputs: { packed: Uint8Array.of(1, 2, 3, 250, 5, 6) },
    expected: () => Uint32Array.of(1, 2, 3, 250, 5, 6),
  },
  {
    form: 'buffers that an entry point leaves unused, and slots it does not have',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32, 4>;
      @group(0) @binding(5) var<storage, read_write> spare: array<u32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] = id.x; }`,
    job: {
      buffers: { out: { result: true }, ghost: { bytes: 16 }, spare: { bytes: 16 } },
      passes: [{ entry: 'main', bind: { '0.0': 'out', '0.5': 'spare' }, workgroups: [4] }],
    },
    expected: () => words(4, (index) => index),
  },
]
