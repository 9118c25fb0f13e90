import { goodKernel, kernelDoing, kernelWith, type BadJob } from './a-job.ts'

const kernelInvalid = 'kernelInvalid'
const bytes = (text: string) => new TextEncoder().encode(text)
/** The good kernel with these bytes in a comment behind it. */
const followedBy = (...more: number[]) => new Uint8Array([...bytes(`${goodKernel}// `), ...more])
const declaring = (declaration: string) => `${goodKernel}${declaration}`

/** Kernels that are no portable WGSL at module scope, or no text at all: nothing compiles them. */
export const badTexts: readonly BadJob[] = [
  { title: 'nothing', kernel: '', reason: 'manifestInvalid', says: /entry point/ },
  { title: '256 KiB and one byte', kernel: goodKernel.padEnd(256 * 1024 + 1), reason: 'tooLarge', where: 'wgsl', says: /262145 bytes; at most 262144/ },
  { title: 'a NUL', kernel: followedBy(0), reason: kernelInvalid, where: 'wgsl', says: /NUL/ },
  { title: 'bytes that are no UTF-8', kernel: followedBy(0xff, 0xfe), reason: kernelInvalid, where: 'wgsl', says: /UTF-8/ },
  { title: 'half of a UTF-8 sequence', kernel: followedBy(0xe2, 0x82), reason: kernelInvalid, where: 'wgsl', says: /UTF-8/ },
  { title: 'a byte order mark inside of the text', kernel: kernelWith(['let number', '\ufefflet number']), reason: kernelInvalid, says: /kernel\.wgsl:7/ },
  { title: 'a picture', kernel: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), reason: kernelInvalid, where: 'wgsl', says: /UTF-8/ },
  { title: 'GLSL', kernel: '#version 450\nvoid main() {}', reason: kernelInvalid, where: 'kernel.wgsl:1:1', says: /./ },
  { title: 'a comment without end', kernel: declaring('/* '), reason: kernelInvalid, says: /comment/ },
  { title: 'comments inside of comments without end', kernel: '/*'.repeat(100_000), reason: kernelInvalid, says: /comment/ },
  { title: 'a body without end', kernel: goodKernel.trimEnd().slice(0, -1), reason: kernelInvalid, says: /\{|\}|brace|bracket/i },
  { title: '100 000 brackets inside one another', kernel: kernelDoing(`  squares[id.x] = ${'('.repeat(100_000)}1.0${')'.repeat(100_000)};`), reason: kernelInvalid, says: /kernel\.wgsl:7:\d+/ },
  { title: '100 000 brackets of a kind that types have', kernel: declaring(`alias Deep = ${'array<'.repeat(40_000)}f32;`), reason: kernelInvalid, says: /kernel\.wgsl:10/ },
  { title: 'nine thousand constants', kernel: declaring(Array.from({ length: 9_000 }, (_, index) => `const c${index}=1;`).join('')), reason: kernelInvalid, says: /8192 declarations/ },
  { title: 'a structure inside of itself', kernel: declaring('struct Node { next: Node } @group(1) @binding(0) var<storage, read> node: Node;'), reason: kernelInvalid, says: /Node/ },
  { title: 'an alias of itself', kernel: declaring('alias Self = Self; @group(1) @binding(0) var<storage, read> me: Self;'), reason: kernelInvalid, says: /Self/ },
  { title: 'a name declared twice', kernel: declaring('struct Params { other: u32 }'), reason: kernelInvalid, where: 'kernel.wgsl:10:8', says: /"Params" is declared twice/ },
  { title: 'a type nobody knows in a buffer', kernel: kernelWith(['var<storage, read> numbers: array<f32>', 'var<storage, read> numbers: array<float>']), reason: kernelInvalid, says: /float/ },
  { title: 'a private array of 16 GiB', kernel: declaring('@group(1) @binding(0) var<storage, read> huge: array<array<u32, 65535>, 65535>;'), reason: kernelInvalid, says: /4 GiB/ },
  { title: 'double floats', kernel: kernelWith(['numbers: array<f32>', 'numbers: array<f64>']), reason: kernelInvalid, where: 'kernel.wgsl:3:57', says: /f64/ },
  { title: 'whole numbers of 64 bits', kernel: kernelWith(['numbers: array<f32>', 'numbers: array<u64>']), reason: kernelInvalid, says: /u64/ },
  { title: 'push constants', kernel: declaring('var<push_constant> pushed: u32;'), reason: kernelInvalid, where: 'kernel.wgsl:10:5', says: /push_constant/ },
  { title: 'immediates', kernel: declaring('var<immediate> sent: u32;'), reason: kernelInvalid, where: 'kernel.wgsl:10:5', says: /immediate/ },
  { title: 'arrays of bindings', kernel: declaring('@group(1) @binding(0) var pictures: binding_array<texture_2d<f32>, 4>;'), reason: kernelInvalid, where: 'kernel.wgsl:10:37', says: /binding_array/ },
  { title: 'ray queries', kernel: `enable wgpu_ray_query;\n${goodKernel}`, reason: kernelInvalid, where: 'kernel.wgsl:1:8', says: /wgpu_ray_query/ },
  { title: 'a tree for rays', kernel: declaring('@group(1) @binding(0) var tree: acceleration_structure;'), reason: kernelInvalid, says: /acceleration_structure/ },
  { title: 'mesh shaders', kernel: declaring('@mesh(outputs) @workgroup_size(1) fn spin() {}'), reason: kernelInvalid, where: 'kernel.wgsl:10:1', says: /@mesh/ },
  { title: 'an extension of one browser', kernel: `enable chromium_experimental_subgroup_matrix;\n${goodKernel}`, reason: kernelInvalid, where: 'kernel.wgsl:1:8', says: /chromium_experimental_subgroup_matrix/ },
  { title: 'includes of a preprocessor', kernel: `#include "other.wgsl"\n${goodKernel}`, reason: kernelInvalid, where: 'kernel.wgsl:1:1', says: /./ },
  { title: 'a uniform that may be written', kernel: kernelWith(['var<uniform> params', 'var<uniform, read_write> params']), reason: kernelInvalid, says: /params|uniform/ },
  { title: 'a buffer without slot', kernel: kernelWith(['@group(0) @binding(1) ', '']), reason: kernelInvalid, says: /numbers|@group/ },
  { title: 'a slot below zero', kernel: kernelWith(['@binding(1)', '@binding(-1)']), reason: kernelInvalid, says: /binding/ },
  { title: 'an entry point that wants a position', kernel: kernelWith(['@builtin(global_invocation_id)', '@location(0)']), reason: kernelInvalid, says: /"id"/ },
] // prettier-ignore
