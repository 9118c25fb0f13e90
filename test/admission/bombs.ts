import { kernelDoing, type BadJob } from './a-job.ts'

const tooHeavy = 'kernelTooHeavy'
const storing = (value: string, declarations = '') => kernelDoing(`  squares[id.x] = ${value};`, declarations)
const many = (count: number, text: (index: number) => string, joint = '\n') =>
  Array.from({ length: count }, (_, index) => text(index)).join(joint)
const calls = (levels: number) =>
  many(
    levels,
    (level) =>
      `fn call${level}(x: f32) -> f32 { return call${level + 1}(x * 1.5) + call${level + 1}(x + 2.5); }`,
  )

/** Kernels that are valid WGSL and cost a compiler, or memory, more than anybody lends. */
export const bombs: readonly BadJob[] = [
  { title: 'functions that each call the next one twice', kernel: storing('call0(numbers[id.x])', `${calls(40)}\nfn call40(x: f32) -> f32 { return sin(x); }`), reason: tooHeavy, says: /./ },
  { title: 'a switch of seven thousand cases', kernel: kernelDoing(`  var x = id.x;\n  switch (x) {\n${many(6_000, (index) => `case ${index}u: { x = x * ${index}u + 1u; }`)}\ndefault: { } }\n  squares[id.x] = f32(x);`), reason: tooHeavy, says: /./ },
  { title: 'fifteen thousand statements', kernel: kernelDoing(`  var x = numbers[id.x];\n${many(9_000, (index) => `x = sin(x) * ${index}.5;`)}\n  squares[id.x] = x;`), reason: tooHeavy, says: /./ },
  { title: 'a constant array of sixty thousand numbers', kernel: kernelDoing(`  var table = array<u32, 60000>(${many(60_000, (index) => `${index % 10}`, ',')});\n  squares[id.x] = f32(table[id.x * 7u]);`), reason: 'kernelInvalid', where: 'kernel.wgsl:7:15', says: /240000.*65536/ },
  { title: 'private memory of 8 KiB in two hundred functions', kernel: storing(many(200, (index) => `g${index}(id.x)`, ' + '), many(200, (index) => `fn g${index}(x: u32) -> f32 { var own: array<f32, 2000>; own[x % 2000] = f32(x); return own[(x * 7u) % 2000]; }`)), reason: tooHeavy, says: /./ },
  { title: 'matrices of everything', kernel: kernelDoing(`  var m = mat4x4f();\n${many(3_000, () => 'm = m * m + transpose(m) * determinant(m);')}\n  squares[id.x] = m[0][0];`), reason: tooHeavy, says: /./ },
] // prettier-ignore
