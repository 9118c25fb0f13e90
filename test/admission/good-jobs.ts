import { aDispatch, goodBind, goodBuffers, kernelDoing, kernelWith, type SentJob } from './a-job.ts'

export interface GoodJob extends SentJob {
  readonly title: string
  /** Whether unit 0 fits into the time that it gets. */
  readonly complete: boolean
  readonly guarded: boolean
}

const exact = { verify: { squares: { compare: 'exact' } } }
const matmul = `@group(0) @binding(0) var<storage, read_write> product: array<f32>;
const size = 2000u;
@compute @workgroup_size(16, 16) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0.0;
  for (var k = 0u; k < size; k += 1u) { sum += f32((id.y * k) % 7u) * f32((k + id.x) % 5u); }
  product[id.y * size + id.x] = sum;
}`

/** Honest jobs of all shapes, none of which may be taken for a bad one. */
export const goodJobs: readonly GoodJob[] = [
  { title: 'squares of numbers', complete: true, guarded: true },
  { title: 'of which each unit has its slice', manifest: { inputs: { numbers: { file: 'numbers.f32', slice: { stride: 4 } } }, buffers: { ...goodBuffers, params: { uniform: { begin: 0, count: '$unit.count' } } } }, complete: true, guarded: true },
  { title: 'whose units are rows of a list', manifest: { units: { list: 'units.csv', columns: ['first', 'many'], count: 2 }, buffers: { ...goodBuffers, params: { uniform: { begin: '$unit.first', count: '$unit.many' } }, squares: { bytes: 256, result: true } }, passes: [aDispatch({ workgroups: [1] })] }, list: 'first,many\n3,64\n7,64\n', complete: true, guarded: true },
  { title: 'with steps that take turns', manifest: { buffers: { ...goodBuffers, other: { bytes: '4*$unit.count' } }, passes: [{ repeat: 8, do: [aDispatch({ bind: { ...goodBind, '0.2': { swap: ['squares', 'other'] } } })] }, { copy: ['other', 'squares'] }] }, complete: true, guarded: true },
  { title: 'with atomics in the right places', kernel: kernelWith(['squares: array<f32>', 'squares: array<atomic<u32>>'], ['squares[id.x] = number * number', 'atomicAdd(&squares[id.x % 16], u32(number))']), manifest: { ...exact, buffers: { ...goodBuffers, squares: { bytes: '4*$unit.count', result: true, init: 'zero' } } }, complete: true, guarded: true },
  { title: 'with a barrier inside of a loop', kernel: kernelWith(['  if (id.x >= params.count) { return; }\n', ''], ['squares[id.x] = number * number;', 'for (var i = 0u; i < 4u; i += 1u) { shared_number = number; workgroupBarrier(); }\n  squares[id.x] = number * number;']).concat('var<workgroup> shared_number: f32;'), complete: true, guarded: true },
  { title: 'with loops in loops that end late', kernel: kernelDoing('  var sum = 0u;\n  for (var i = 0u; i < 700u; i += 1u) { for (var j = 0u; j < 500u; j += 1u) { sum += i * j; } }\n  squares[id.x] = f32(sum);'), manifest: { units: { range: [0, 64], granule: 8 } }, complete: true, guarded: true },
  { title: 'of a matrix product that takes minutes on a processor', kernel: matmul, manifest: { inputs: {}, buffers: { product: { bytes: 4 * 2000 * 2000, result: true } }, passes: [{ entry: 'main', bind: { '0.0': 'product' }, workgroups: [125, 125] }], units: { range: [0, 4], granule: 1 }, verify: { product: { compare: 'exact' } }, collect: { kind: 'raw', buffer: 'product' } }, inputs: {}, complete: false, guarded: true },
] // prettier-ignore

/** Honest jobs that need more than a software adapter has. */
export const unprovableJobs: readonly (SentJob & { readonly title: string; readonly lacks: RegExp })[] = [
  { title: 'half floats', kernel: `enable f16;\n${kernelDoing('  squares[id.x] = f32(f16(2.0));')}`, manifest: { requires: { features: ['shader-f16'] } }, lacks: /shader-f16/ },
  { title: 'workgroups of 512', kernel: kernelWith(['@workgroup_size(64)', '@workgroup_size(512)']), manifest: { passes: [aDispatch({ workgroups: [1] })] }, lacks: /maxComputeInvocationsPerWorkgroup|maxComputeWorkgroupSizeX/ },
] // prettier-ignore
