import { aDispatch, goodBind, goodBuffers, kernelDoing, kernelWith, type BadJob } from './a-job.ts'

const exact = { verify: { squares: { compare: 'exact' } } }
const zeroed = {
  buffers: { ...goodBuffers, squares: { bytes: '4*$unit.count', result: true, init: 'zero' } },
}
const words = kernelWith(['squares: array<f32>', 'squares: array<u32>'], ['number * number', 'u32(number)'])
/** A kernel over whole numbers that does this. */
const counting = (statements: string, declarations = '') =>
  words.slice(0, words.indexOf('  let number')) + statements + '\n}\n' + declarations

/** Kernels that compile, and do something on a machine that nobody should have to bear. */
export const badRuns: readonly BadJob[] = [
  { title: 'while (true)', kernel: kernelDoing('  var x = 1.0;\n  while (true) { x += 1.0; if (x < 0.0) { break; } }\n  squares[id.x] = x;'), reason: 'kernelEndless', where: 'kernel.wgsl:8:3', says: /^kernel\.wgsl:8:3: this loop did not end/ },
  { title: 'a loop whose end never comes', kernel: counting('  var x = 1u;\n  loop { x = x * 3u + 2u; if (x == 0u && id.x == 77777u) { break; } }\n  squares[id.x] = x;'), manifest: exact, reason: 'kernelEndless', where: 'kernel.wgsl:8:3', says: /this loop did not end/ },
  { title: 'a for that runs backwards', kernel: counting('  var sum = 0u;\n  for (var i = 10u; i >= 0u; i -= 1u) { sum += i; }\n  squares[id.x] = sum;'), manifest: exact, reason: 'kernelEndless', where: 'kernel.wgsl:8:3', says: /turns/ },
  { title: 'a loop that the data keep going', kernel: kernelDoing('  var steps = 0.0;\n  while (numbers[u32(steps) % 7] >= 0.0) { steps += 1.0; }\n  squares[id.x] = steps;'), reason: 'kernelEndless', where: 'kernel.wgsl:8:3', says: /this loop did not end/ },
  { title: 'a loop inside of a loop without end', kernel: counting('  for (var i = 0u; i < 4u; i += 1u) {\n    var x = i + 1u;\n    while (x != 0u) { x = x * 2u + 1u; }\n  }\n  squares[id.x] = 1u;'), manifest: exact, reason: 'kernelEndless', where: 'kernel.wgsl:9:5', says: /this loop did not end/ },
  { title: 'an endless loop in a function', kernel: counting('  squares[id.x] = wait(id.x);', 'fn wait(x: u32) -> u32 {\n  var y = x | 1u;\n  while (y != 0u) { y = y * 5u; }\n  return y;\n}'), manifest: exact, reason: 'kernelEndless', where: 'kernel.wgsl:11:3', says: /this loop did not end/ },
  { title: 'a wait for a workgroup that comes later', kernel: counting('  if (id.x == 0u) { while (atomicLoad(&flag) == 0u) { } }\n  if (id.x == 200000u) { atomicStore(&flag, 1u); }\n  squares[id.x] = 1u;', '@group(0) @binding(3) var<storage, read_write> flag: atomic<u32>;'), manifest: { ...exact, buffers: { ...goodBuffers, flag: { bytes: 4 } }, passes: [aDispatch({ bind: { ...goodBind, '0.3': 'flag' } })], units: { range: [0, 1_048_576], granule: 262_144 } }, reason: 'kernelEndless', where: 'kernel.wgsl:7:21', says: /this loop did not end/ },
  { title: 'a sum that invocations write over one another', kernel: counting('  for (var i = 0u; i < 20000u; i += 1u) { squares[0] += 1u; }\n  squares[id.x | 1u] = 1u;'), manifest: { ...exact, ...zeroed, units: { range: [0, 1024], granule: 1024 } }, reason: 'kernelRacy', where: 'verify.squares', says: /different values of "squares"/ },
  { title: 'places taken in the order of arrival', kernel: counting('  let place = atomicAdd(&next, 1u);\n  squares[place] = id.x;', '@group(0) @binding(3) var<storage, read_write> next: atomic<u32>;'), manifest: { ...exact, buffers: { ...goodBuffers, next: { bytes: 4 } }, passes: [aDispatch({ bind: { ...goodBind, '0.3': 'next' } })] }, reason: 'kernelRacy', says: /different values/ },
  { title: 'the last one to write', kernel: counting('  squares[id.x] = 1u;\n  for (var i = 0u; i < 64u; i += 1u) { squares[i] = id.x; }'), manifest: exact, reason: 'kernelRacy', says: /different values/ },
  { title: 'a result that is never written', kernel: kernelDoing('  if (numbers[0] > 1e9) { squares[id.x] = 1.0; }'), reason: 'resultUnwritten', says: /"squares".*unwritten/ },
  { title: 'a result that is written by half', kernel: kernelDoing('  if (id.x % 2 == 0) { squares[id.x] = 1.0; }'), reason: 'resultUnwritten', says: /"squares".*unwritten/ },
  { title: 'a second result that no dispatch knows', manifest: { buffers: { ...goodBuffers, other: { bytes: 16, result: true } }, verify: { squares: { compare: 'exact' }, other: { compare: 'exact' } } }, reason: 'resultUnwritten', says: /"other"/ },
  { title: 'no workgroup at all', manifest: { passes: [aDispatch({ workgroups: [0] })] }, reason: 'resultUnwritten', says: /"squares"/ },
  { title: 'values that are no numbers', kernel: kernelDoing('  squares[id.x] = sqrt(numbers[id.x] - 1e9);'), reason: 'resultNotFinite', where: 'verify.squares', says: /not finite/ },
  { title: 'values that are infinite', kernel: kernelDoing('  squares[id.x] = 1.0 / (numbers[id.x] * 0.0);'), reason: 'resultNotFinite', where: 'verify.squares', says: /not finite/ },
] // prettier-ignore
