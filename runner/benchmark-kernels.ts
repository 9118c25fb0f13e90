/** Threads of a workgroup in every kernel that measures. */
export const benchmarkThreads = 256

const header = /* wgsl */ `
struct Load { turns: u32, multiplier: f32, addend: f32, never: u32 }
@group(0) @binding(0) var<uniform> load: Load;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
`

/** Eight chains that do not wait for one another; they converge, so that no infinity or subnormal slows them. */
export const f32Kernel = {
  wgsl: /* wgsl */ `${header}
@compute @workgroup_size(${benchmarkThreads})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = vec4f(load.multiplier);
  let k = vec4f(load.addend);
  var a = vec4f(f32(id.x & 1023u));
  var b = a + 1.0; var c = a + 2.0; var d = a + 3.0; var e = a + 4.0; var f = a + 5.0; var g = a + 6.0; var h = a + 7.0;
  for (var turn = 0u; turn < load.turns; turn++) {
    a = fma(a, m, k); b = fma(b, m, k); c = fma(c, m, k); d = fma(d, m, k);
    e = fma(e, m, k); f = fma(f, m, k); g = fma(g, m, k); h = fma(h, m, k);
  }
  let sum = a + b + c + d + e + f + g + h;
  // Never true, which no compiler knows.
  if (bitcast<u32>(sum.x + sum.y + sum.z + sum.w) == load.never) { out[id.x % arrayLength(&out)] = id.x; }
}
`,
  /** Eight vectors of four, each a multiplication and an addition. */
  operationsPerTurn: 64,
} as const

export const u32Kernel = {
  wgsl: /* wgsl */ `${header}
@compute @workgroup_size(${benchmarkThreads})
fn main(@builtin(global_invocation_id) id: vec3u) {
  var a = vec4u(id.x, id.x + 1u, id.x + 2u, id.x + 3u);
  var b = a ^ vec4u(0x9e3779b9u);
  for (var turn = 0u; turn < load.turns; turn++) {
    a = (a ^ (a >> vec4u(16u))) * 0x7feb352du;
    b = (b ^ (b >> vec4u(15u))) * 0x846ca68bu;
  }
  if (dot(a, b) == load.never) { out[id.x % arrayLength(&out)] = id.x; }
}
`,
  /** Two vectors of four, each a shift, an exclusive or and a multiplication. */
  operationsPerTurn: 24,
} as const

export const emptyKernel = {
  wgsl: /* wgsl */ `${header}
@compute @workgroup_size(1)
fn main() {
  if (load.turns == load.never) { out[0] = 1u; }
}
`,
} as const

/** No sum of the f32 chains has these bits, a NaN's; the u32 kernel meets them by chance, and seldom. */
const neverBits = 0x7fc0_1234

/** The uniform `load`: so many turns, and factors that let the chains converge. */
export function loadOf(turns: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4)
  words[0] = turns
  new Float32Array(words.buffer).set([0.999, 0.001], 1)
  words[3] = neverBits
  return words
}
