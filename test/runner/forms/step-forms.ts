import { scrambled, words, type KernelForm } from '../kernel-form.ts'

const out = (bytes: number | string) => ({ bytes, result: true })

/** What a bitonic network leaves: the words in order. */
const sorted = words(64, scrambled).toSorted()

/** Forms of steps: passes, repeats, swaps, overrides, indirect dispatch, copies, clears. */
export const stepForms: readonly KernelForm[] = [
  {
    form: 'several WGSL parts make one module',
    wgsl: [
      'fn triple(x: u32) -> u32 { return 3u * x; }',
      '@group(0) @binding(0) var<storage, read_write> out: array<u32, 4>;',
      '@compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] = triple(id.x); }',
    ],
    job: {
      wgsl: ['a.wgsl', 'b.wgsl', 'c.wgsl'],
      buffers: { out: { result: true } },
      passes: [{ entry: 'main', workgroups: [4] }],
    },
    expected: () => words(4, (index) => 3 * index),
  },
  {
    form: 'several passes, each seeing what came before',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> a: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(4) fn fill(@builtin(global_invocation_id) id: vec3u) { a[id.x] = id.x * id.x; }
      @compute @workgroup_size(4) fn turn(@builtin(global_invocation_id) id: vec3u) { out[id.x] = a[31u - id.x]; }`,
    job: {
      buffers: { a: { bytes: 128 }, out: out(128) },
      passes: [
        { entry: 'fill', workgroups: [8] },
        { entry: 'turn', workgroups: [8] },
      ],
    },
    expected: () => words(32, (index) => (31 - index) ** 2),
  },
  {
    form: 'a repeat with overrides that change: a scan whose stride doubles',
    wgsl: `
      override STRIDE: u32;
      @group(0) @binding(0) var<storage, read> before: array<u32>;
      @group(0) @binding(1) var<storage, read_write> into: array<u32>;
      @compute @workgroup_size(4) fn scan(@builtin(global_invocation_id) id: vec3u) {
        into[id.x] = before[id.x];
        if (id.x >= STRIDE) { into[id.x] += before[id.x - STRIDE]; }
      }`,
    job: {
      buffers: { A: { from: 'input:start' }, B: out(128) },
      passes: [
        {
          repeat: 5,
          do: [
            {
              entry: 'scan',
              bind: { '0.0': { swap: ['A', 'B'] }, '0.1': { swap: ['B', 'A'] } },
              overrides: { STRIDE: 'pow(2, $i)' },
              workgroups: [8],
            },
          ],
        },
      ],
    },
    inputs: { start: words(32, (index) => index + 1) },
    expected: () => words(32, (index) => ((index + 1) * (index + 2)) / 2),
  },
  {
    form: 'nested repeats with named counters: a bitonic sort',
    wgsl: `
      struct Stage { block: u32, stride: u32 }
      @group(0) @binding(0) var<uniform> stage: Stage;
      @group(0) @binding(1) var<storage, read_write> values: array<u32>;
      @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
        let other = id.x ^ stage.stride;
        if (other <= id.x) { return; }
        let upward = (id.x & stage.block) == 0u;
        let a = values[id.x];
        let b = values[other];
        if ((a > b) == upward) { values[id.x] = b; values[other] = a; }
      }`,
    job: {
      buffers: {
        stage: { uniform: { block: 'pow(2, $k+1)', stride: 'pow(2, $k-$j)' } },
        values: { bytes: 256, result: true, init: 'input:start' },
      },
      passes: [
        { repeat: 6, as: 'k', do: [{ repeat: '$k+1', as: 'j', do: [{ entry: 'main', workgroups: [16] }] }] },
      ],
    },
    inputs: { start: words(64, scrambled) },
    expected: () => sorted,
  },
  {
    form: 'a swap by the outer counter',
    wgsl: `
      @group(0) @binding(0) var<storage, read> before: array<u32, 2>;
      @group(0) @binding(1) var<storage, read_write> out: array<atomic<u32>, 2>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { atomicAdd(&out[id.x], before[id.x]); }`,
    job: {
      buffers: {
        a: { uniform: [1, 2] },
        b: { uniform: [10, 20] },
        c: { uniform: [100, 200] },
        out: { result: true, init: 'zero' },
      },
      passes: [
        {
          repeat: 4,
          as: 'outer',
          do: [
            {
              repeat: 2,
              do: [
                { entry: 'main', bind: { '0.0': { swap: ['a', 'b', 'c'], by: '$outer' } }, workgroups: [2] },
              ],
            },
          ],
        },
      ],
    },
    expected: () => Uint32Array.of(2 * (1 + 10 + 100 + 1), 2 * (2 + 20 + 200 + 2)),
  },
  {
    form: 'overrides by number, of a flag, and of the workgroup size',
    wgsl: `
      @id(7) override WIDTH: u32 = 2;
      override NEGATE: bool = false;
      override GAIN: f32 = 1.5;
      @group(0) @binding(0) var<storage, read_write> out: array<f32>;
      @compute @workgroup_size(WIDTH) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
        if (id.x < arrayLength(&out)) { out[id.x] = select(1.0, -1.0, NEGATE) * GAIN * f32(id.x + 1000u * groups.x); }
      }`,
    job: {
      buffers: { out: out(60) },
      passes: [{ entry: 'main', overrides: { '7': 4, NEGATE: true, GAIN: '0.25*8' }, invocations: [15] }],
    },
    expected: () => Float32Array.from({ length: 15 }, (_, index) => -2 * (index + 4000)),
  },
  {
    form: 'an indirect dispatch whose counts a kernel works out',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> counts: array<u32>;
      @group(1) @binding(0) var<storage, read_write> out: array<atomic<u32>, 2>;
      @compute @workgroup_size(1) fn plan() { counts[4] = 3u; counts[5] = 5u; counts[6] = 2u; }
      @compute @workgroup_size(2) fn work(@builtin(num_workgroups) groups: vec3u) {
        atomicAdd(&out[0], 1u);
        atomicMax(&out[1], groups.x * 100u + groups.y * 10u + groups.z);
      }`,
    job: {
      buffers: { counts: { bytes: 32 }, out: { result: true, init: 'zero' } },
      passes: [
        { entry: 'plan', workgroups: [1] },
        { entry: 'work', indirect: 'counts@16' },
      ],
    },
    expected: () => Uint32Array.of(60, 352),
  },
  {
    form: 'copies and clears between passes',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> work: array<u32, 8>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 16>;
      @compute @workgroup_size(8) fn bump(@builtin(local_invocation_index) i: u32) { work[i] += i + 1u; }
      @compute @workgroup_size(8) fn take(@builtin(local_invocation_index) i: u32) { out[8u + i] = work[i]; }`,
    job: {
      buffers: { work: {}, kept: { bytes: 32 }, out: { result: true, init: 'zero' } },
      passes: [
        { entry: 'bump', workgroups: [1] },
        { copy: ['work', 'kept'] },
        { clear: 'work' },
        { repeat: 3, do: [{ entry: 'bump', workgroups: [1] }] },
        { entry: 'take', workgroups: [1] },
        { copy: ['kept', 'out'], bytes: 16 },
      ],
    },
    expected: () => words(16, (index) => (index < 4 ? index + 1 : index < 8 ? 0 : 3 * (index - 7))),
  },
  {
    form: 'a copy out of an input, and a copy of an input that is written',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32, 4>;
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { out[i] += 1u; }`,
    job: {
      units: { range: [0, 2] },
      buffers: { out: { result: true }, first: { from: 'input:first' }, second: { from: 'input:second' } },
      passes: [
        { copy: ['first', 'second'], bytes: 8 },
        { copy: ['second', 'out'] },
        { entry: 'main', workgroups: [1] },
      ],
    },
    inputs: { first: Uint32Array.of(1, 2, 3, 4), second: Uint32Array.of(10, 20, 30, 40) },
    units: [0, 1],
    expected: () => Uint32Array.of(2, 3, 31, 41),
  },
  {
    form: 'repeats that turn no times, dispatches of nothing',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32, 2>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { out[id.x] += 1u; }`,
    job: {
      buffers: { out: { result: true, init: 'zero' } },
      passes: [
        { repeat: '$unit.index', do: [{ entry: 'main', workgroups: [2] }] },
        { entry: 'main', workgroups: ['$unit.index', 4] },
        { repeat: 3, do: [{ entry: 'main', workgroups: ['$i'] }] },
      ],
    },
    expected: () => Uint32Array.of(2, 1),
  },
  {
    form: 'a thousand small steps',
    wgsl: `
      struct Step { turn: u32 }
      @group(0) @binding(0) var<uniform> step: Step;
      @group(0) @binding(1) var<storage, read_write> out: array<u32, 4>;
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { out[i] = out[i] * 1664525u + step.turn + i; }`,
    job: {
      buffers: { step: { uniform: { turn: '$i' } }, out: { result: true, init: 'zero' } },
      passes: [{ repeat: 1000, do: [{ entry: 'main', workgroups: [1] }] }],
    },
    expected: () =>
      words(4, (lane) => {
        let value = 0
        for (let turn = 0; turn < 1000; turn += 1) value = (Math.imul(value, 1664525) + turn + lane) >>> 0
        return value
      }),
  },
  {
    form: 'an empty group between two, with an offset that follows the step',
    wgsl: `
      @group(0) @binding(2) var<storage, read> table: array<u32, 4>;
      @group(3) @binding(1) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { out[i] = table[3u - i]; }`,
    job: {
      buffers: { table: { from: 'input:table' }, out: out(1024) },
      passes: [
        { clear: 'out' },
        {
          repeat: 4,
          do: [
            {
              entry: 'main',
              bind: {
                '0.2': { buffer: 'table', offset: '256*$i', size: 16 },
                '3.1': { buffer: 'out', offset: '256*(3-$i)', size: 16 },
              },
              workgroups: [1],
            },
          ],
        },
      ],
    },
    inputs: { table: words(256, (index) => index) },
    expected: () =>
      words(256, (index) => (index % 64 < 4 ? 64 * (3 - Math.floor(index / 64)) + 3 - (index % 64) : 0)),
  },
  {
    form: 'dynamic offsets of a uniform and of storage',
    wgsl: `
      struct Record { factor: u32, addend: u32 }
      @group(0) @binding(1) var<uniform> record: Record;
      @group(0) @binding(0) var<storage, read_write> part: array<u32>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { part[id.x] = record.factor * id.x + record.addend; }`,
    job: {
      buffers: { records: { from: 'input:records' }, out: { bytes: 768, result: true, init: 'zero' } },
      passes: [
        {
          repeat: 3,
          do: [
            {
              entry: 'main',
              bind: {
                '0.1': { buffer: 'records', dynamic: '256*$i' },
                '0.0': { buffer: 'out', dynamic: '256*$i', size: 12 },
              },
              workgroups: [3],
            },
          ],
        },
      ],
    },
    inputs: {
      records: words(192, (index) => (index % 64 === 0 ? 10 + index / 64 : index % 64 === 1 ? 7 : 0)),
    },
    expected: () =>
      words(192, (index) => (index % 64 < 3 ? (10 + Math.floor(index / 64)) * (index % 64) + 7 : 0)),
  },
]
