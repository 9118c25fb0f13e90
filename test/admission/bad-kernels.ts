import {
  aDispatch,
  goodBind,
  goodBuffers,
  goodKernel,
  kernelDoing,
  kernelWith,
  type BadJob,
} from './a-job.ts'

const kernelInvalid = 'kernelInvalid'
const storing = (value: string, declarations = '') => kernelDoing(`  squares[id.x] = ${value};`, declarations)
const usingTexture = (declaration: string, use: string) =>
  kernelDoing(`  ${use}\n  squares[id.x] = 1.0;`, `@group(0) @binding(3) var picture: ${declaration};`)
const photo = { format: 'r32uint', size: [16, 16], dimension: '2d' }
const functions = (count: number, body: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => body(index)).join('\n')

/** Kernels whose declarations are in order; a compiler, or WebGPU itself, refuses them. Nothing of them is run. */
export const badKernels: readonly BadJob[] = [
  { title: 'a missing semicolon', kernel: kernelWith(['+ id.x];\n', '+ id.x]\n']), reason: kernelInvalid, where: 'kernel.wgsl:8:3', says: /^kernel\.wgsl:8:3: .*';'/ },
  { title: 'a name that is not there', kernel: storing('numbr'), reason: kernelInvalid, where: 'kernel.wgsl:7:19', says: /numbr/ },
  { title: 'a number of the wrong type', kernel: storing('id.x'), reason: kernelInvalid, where: 'kernel.wgsl:7:17', says: /u32.*f32|f32.*u32/ },
  { title: 'a function with too few arguments', kernel: storing('max(1.0)'), reason: kernelInvalid, where: 'kernel.wgsl:7:19', says: /max/ },
  { title: 'a vector of unlike numbers', kernel: storing('vec2f(1.0, 2u).x'), reason: kernelInvalid, where: 'kernel.wgsl:7:19', says: /vec2/ },
  { title: 'double floats inside of a function', kernel: storing('f32(f64(1.0))'), reason: kernelInvalid, where: 'kernel.wgsl:7:23', says: /f64/ },
  { title: 'a write to what may only be read', kernel: kernelDoing('  numbers[id.x] = 1.0; squares[id.x] = 1.0;'), reason: kernelInvalid, where: 'kernel.wgsl:7:17', says: /read-only/ },
  { title: 'a loop that cannot end', kernel: kernelDoing('  loop { squares[id.x] += 1.0; }'), reason: kernelInvalid, where: 'kernel.wgsl:7:3', says: /loop does not exit/ },
  { title: 'a for that cannot end', kernel: kernelDoing('  for (;;) { squares[id.x] += 1.0; }'), reason: kernelInvalid, where: 'kernel.wgsl:7:3', says: /loop does not exit/ },
  { title: 'functions that call one another in a circle', kernel: storing('there(1.0)', 'fn there(x: f32) -> f32 { return back(x); }\nfn back(x: f32) -> f32 { return there(x); }'), reason: kernelInvalid, says: /cyclic|recurs/ },
  { title: 'a function that calls itself', kernel: storing('again(1.0)', 'fn again(x: f32) -> f32 { return again(x); }'), reason: kernelInvalid, says: /cyclic|recurs/ },
  { title: 'constants in a circle', kernel: `${goodKernel}const first = second;\nconst second = first;`, reason: kernelInvalid, says: /cyclic|first|second/ },
  { title: 'a barrier that not everybody reaches', kernel: kernelDoing('  if (numbers[id.x] > 1.0) { workgroupBarrier(); }\n  squares[id.x] = 1.0;'), reason: kernelInvalid, says: /uniform/ },
  { title: 'an array beyond its end', kernel: storing('table[7]', 'const table = array(1.0, 2.0);'), reason: kernelInvalid, where: 'kernel.wgsl:7:25', says: /7.*(bounds|range)/ },
  { title: 'a constant division by zero', kernel: storing('f32(1 / 0)'), reason: kernelInvalid, where: 'kernel.wgsl:7:23', says: /division by zero/ },
  { title: 'a constant assertion that fails', kernel: `${goodKernel}const_assert 1 > 2;`, reason: kernelInvalid, says: /assert/ },
  { title: 'a word that the language keeps for itself', kernel: kernelDoing('  let typename = 1.0; squares[id.x] = typename;'), reason: kernelInvalid, says: /typename/ },
  { title: 'private memory of 16 GiB', kernel: storing('f32(huge[id.x][0])', 'var<private> huge: array<array<u32, 65535>, 65535>;'), reason: kernelInvalid, says: /byte size/ },
  { title: 'private memory of 64 MiB an invocation', kernel: storing('f32(huge[id.x])', 'var<private> huge: array<u32, 16777216>;'), reason: kernelInvalid, where: 'kernel.wgsl:9:20', says: /65536/ },
  { title: 'brackets inside of brackets', kernel: storing(`${'('.repeat(200)}1.0${')'.repeat(200)}`), reason: kernelInvalid, says: /kernel\.wgsl:7:\d+.*(recursive|depth|nest)/ },
  { title: 'blocks inside of blocks', kernel: kernelDoing(`${'if (true) {'.repeat(200)} squares[id.x] = 1.0; ${'}'.repeat(200)}`), reason: kernelInvalid, says: /kernel\.wgsl:\d+:\d+.*(recursive|depth|nest)/ },
  { title: 'a switch that says the same twice', kernel: kernelDoing('  switch (id.x) { case 1: { } case 1: { } default: { } }\n  squares[id.x] = 1.0;'), reason: kernelInvalid, says: /kernel\.wgsl:7:\d+.*duplicate/ },
  { title: 'forty thousand errors', kernel: kernelDoing(functions(20_000, () => '  x = 1;')), reason: kernelInvalid, where: 'kernel.wgsl:7:3', says: /'x'/ },
  { title: 'a texture of another type of texels', manifest: { textures: { photo }, passes: [aDispatch({ bind: { ...goodBind, '0.3': 'photo' } })] }, kernel: usingTexture('texture_2d<f32>', 'let texel = textureLoad(picture, vec2u(0), 0);'), reason: 'manifestInvalid', says: /./ },
  { title: 'a dynamic offset between its steps', manifest: { inputs: { numbers: { file: 'numbers.f32' } }, passes: [aDispatch({ bind: { ...goodBind, '0.1': { buffer: 'numbers', dynamic: 100, size: 1024 } } })] }, reason: 'manifestInvalid', says: /256|align/ },
  { title: 'an offset beyond the buffer', manifest: { passes: [aDispatch({ bind: { ...goodBind, '0.1': { buffer: 'numbers', offset: 4096 } } })] }, reason: 'manifestInvalid', says: /numbers/ },
  { title: 'counts for a dispatch from beyond the buffer', manifest: { buffers: { ...goodBuffers, counts: { bytes: 16, init: 'zero' } }, passes: [{ entry: 'main', bind: goodBind, indirect: 'counts@8' }] }, reason: 'manifestInvalid', says: /indirect|counts/i },
  { title: 'a copy that is longer than its target', manifest: { passes: [aDispatch(), { copy: ['numbers', 'squares'], bytes: 4096 }] }, reason: 'manifestInvalid', says: /4096 bytes.*"squares"/ },
] // prettier-ignore
