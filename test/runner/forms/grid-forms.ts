import { scrambled, words, type KernelForm } from '../kernel-form.ts'

const out = (bytes: number | string) => ({ bytes, result: true })
const sumOf = (from: number, count: number) =>
  words(count, (index) => scrambled(from + index)).reduce((sum, word) => (sum + word) >>> 0, 0)

/** Forms of grids and of what a kernel can see of its place in them. */
export const gridForms: readonly KernelForm[] = [
  {
    form: 'a two-dimensional grid of invocations, rounded up to whole workgroups',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(4, 2) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < 11u && id.y < 7u) { out[id.y * 11u + id.x] = id.x * 100u + id.y; }
      }`,
    job: { buffers: { out: out(308) }, passes: [{ entry: 'main', invocations: [11, 7] }] },
    expected: () => words(77, (index) => (index % 11) * 100 + Math.floor(index / 11)),
  },
  {
    form: 'a three-dimensional grid, and all built-in values',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(2, 3, 1) fn main(
        @builtin(global_invocation_id) global: vec3u, @builtin(workgroup_id) group: vec3u,
        @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32,
        @builtin(num_workgroups) groups: vec3u) {
        let whole = groups * vec3u(2u, 3u, 1u);
        let place = (global.z * whole.y + global.y) * whole.x + global.x;
        let right = all(global == group * vec3u(2u, 3u, 1u) + local) && index == local.y * 2u + local.x;
        out[place] = select(0u, group.x + 10u * group.y + 100u * group.z + 1000u * index + 10000u * groups.z, right);
      }`,
    job: { buffers: { out: out(5 * 4 * 3 * 6 * 4) }, passes: [{ entry: 'main', workgroups: [5, 4, 3] }] },
    expected: () =>
      words(360, (place) => {
        const [x, y, z] = [place % 10, Math.floor(place / 10) % 12, Math.floor(place / 120)]
        const index = (y % 3) * 2 + (x % 2)
        return Math.floor(x / 2) + 10 * Math.floor(y / 3) + 100 * z + 1000 * index + 30000
      }),
  },
  {
    form: 'built-in values in a struct',
    wgsl: `
      struct Place { @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(global_invocation_id) global: vec3u }
      @group(0) @binding(0) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(3) fn main(place: Place, @builtin(local_invocation_index) i: u32) {
        out[place.global.y * 12u + place.global.x] = place.group.x + 16u * place.groups.x + 256u * i + 4096u * place.groups.y;
      }`,
    job: { buffers: { out: out(12 * 5 * 4) }, passes: [{ entry: 'main', workgroups: [4, 5] }] },
    expected: () => words(60, (place) => Math.floor((place % 12) / 3) + 64 + 256 * (place % 3) + 4096 * 5),
  },
  {
    form: 'workgroup memory and barriers: a sum in each workgroup',
    wgsl: `
      @group(0) @binding(0) var<storage, read> numbers: array<u32>;
      @group(0) @binding(1) var<storage, read_write> out: array<u32>;
      var<workgroup> partial: array<u32, 32>;
      @compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) i: u32, @builtin(workgroup_id) group: vec3u) {
        partial[i] = numbers[id.x];
        for (var half = 16u; half > 0u; half /= 2u) {
          workgroupBarrier();
          if (i < half) { partial[i] += partial[i + half]; }
        }
        if (i == 0u) { out[group.x] = partial[0]; }
      }`,
    job: { buffers: { out: out(32) }, passes: [{ entry: 'main', workgroups: [8] }] },
    inputs: { numbers: words(256, scrambled) },
    expected: () => words(8, (group) => sumOf(32 * group, 32)),
  },
  {
    form: 'workgroup memory whose size is an override',
    wgsl: `
      override N: u32 = 4;
      @group(0) @binding(0) var<storage, read_write> out: array<u32>;
      var<workgroup> mirror: array<u32, N>;
      @compute @workgroup_size(N) fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) group: vec3u) {
        mirror[i] = i;
        workgroupBarrier();
        out[group.x * N + i] = mirror[N - 1u - i] + 100u * group.x;
      }`,
    job: {
      parameters: { N: 8 },
      buffers: { out: out('4*$N*3') },
      passes: [{ entry: 'main', overrides: { N: '$N' }, workgroups: [3] }],
    },
    expected: () => words(24, (index) => 7 - (index % 8) + 100 * Math.floor(index / 8)),
  },
  {
    form: 'atomics across workgroups: a histogram',
    wgsl: `
      @group(0) @binding(0) var<storage, read> numbers: array<u32>;
      @group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>, 16>;
      @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3u) { atomicAdd(&bins[numbers[id.x] >> 28u], 1u); }`,
    job: {
      units: { range: [0, 256], granule: 128 },
      inputs: { numbers: { file: 'n.bin', slice: { stride: 4 } } },
      buffers: { bins: { result: true, init: 'zero' } },
    },
    inputs: { numbers: words(256, scrambled) },
    units: [0, 1],
    expected: (unit) => {
      const bins = new Uint32Array(16)
      for (let index = 0; index < 128; index += 1) {
        const bin = scrambled(128 * unit + index) >>> 28
        bins[bin] = (bins[bin] ?? 0) + 1
      }
      return bins
    },
  },
  {
    form: 'workgroups that wait for one another, never tiled: a running sum by look-back',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> tickets: atomic<u32>;
      @group(0) @binding(1) var<storage, read_write> sums: array<atomic<u32>, 16>;
      @group(0) @binding(2) var<storage, read_write> out: array<u32, 16>;
      @compute @workgroup_size(1) fn main() {
        let mine = atomicAdd(&tickets, 1u);
        var before = 0u;
        if (mine > 0u) {
          // Whoever has the ticket before has begun, so that it will be done.
          for (var turn = 0u; turn < 100000000u && before == 0u; turn++) { before = atomicLoad(&sums[mine - 1u]); }
        }
        atomicStore(&sums[mine], before + mine + 1u);
        out[mine] = before + mine + 1u;
      }`,
    job: {
      tiling: 'none',
      buffers: { tickets: { bytes: 4 }, sums: {}, out: { result: true } },
      passes: [{ entry: 'main', workgroups: [16] }],
    },
    expected: () => words(16, (index) => ((index + 1) * (index + 2)) / 2),
  },
  {
    form: 'more storage buffers than the default, said in requires',
    wgsl: `
      ${Array.from({ length: 9 }, (_, index) => `@group(0) @binding(${index}) var<storage, read> v${index}: array<u32, 2>;`).join('\n')}
      @group(1) @binding(0) var<storage, read_write> out: array<u32, 2>;
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        out[id.x] = ${Array.from({ length: 9 }, (_, index) => `v${index}[id.x]`).join(' + ')};
      }`,
    job: {
      requires: { limits: { maxStorageBuffersPerShaderStage: 10 }, memoryMiB: 8 },
      buffers: {
        ...Object.fromEntries(
          Array.from({ length: 9 }, (_, index) => [`v${index}`, { uniform: [index, 1] }]),
        ),
        out: { result: true },
      },
      passes: [{ entry: 'main', workgroups: [2] }],
    },
    expected: () => Uint32Array.of(36, 9),
  },
  {
    form: 'a large grid in one dimension',
    wgsl: `
      @group(0) @binding(0) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = id.x * 2654435761u; }`,
    job: { units: { range: [0, 65536], granule: 65536 }, buffers: { out: out('4*$unit.count') } },
    expected: () => words(65536, (index) => Math.imul(index, 2654435761)),
  },
]
