/** Inputs of one operation: fixed for ever, as a change would give every device another class. */
export const probeInputCount = 256
const threads = 64
/** WGSL expressions of `x`, `y` and `z`, positive numbers of all sizes between 2⁻⁸ and 2⁸, and of `t`, from −8 to 8. */
export const probeOperations = [
  'x / y',
  'sqrt(x)',
  'inverseSqrt(x)',
  'exp(t)',
  'log(x)',
  'sin(t * 12.0)',
  'cos(t * 12.0)',
  'pow(x, t * 0.25)',
  'fma(x, y, z)',
  'x * y + z',
  'tanh(t)',
  'atan2(t, x)',
  'dot(vec4f(x, y, z, t), vec4f(z, t, y, x))',
  'length(vec3f(x, y, t))',
  'subnormal(x, bits)',
  'f32(i32(t * 1000.0)) * 0.001 + fract(x)',
] as const

export const probeWorkgroups = (probeOperations.length * probeInputCount) / threads
/** Of 4,096 results and the sum of each workgroup's. */
export const probeOutputBytes = 4 * (probeOperations.length * probeInputCount + probeWorkgroups)

/**
 * Every thread computes one operation on one input, and each workgroup the sum of its threads' results by halving, in
 * workgroup memory. Inputs come from a buffer, because compilers compute with constants in their own way.
 */
export const probeKernel = /* wgsl */ `
@group(0) @binding(0) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;
var<workgroup> sums: array<f32, ${threads}>;

/* Half of a number near the smallest normal one: kept, or taken for zero, here or in the sum. */
fn subnormal(x: f32, bits: u32) -> f32 {
  let small = bitcast<f32>(0x00800000u | (bits & 0x007fffffu));
  return (small * 0.5 + small * 0.25) * 1.0e30 * x;
}

fn compute(operation: u32, input: vec4f) -> f32 {
  let x = input.x;
  let y = input.y;
  let z = input.z;
  let t = input.w;
  let bits = bitcast<u32>(y);
  switch operation {
${probeOperations.map((expression, index) => `    case ${index}u: { return ${expression}; }`).join('\n')}
    default: { return 0.0; }
  }
}

@compute @workgroup_size(${threads})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) workgroup: vec3u,
) {
  let result = compute(id.x / ${probeInputCount}u, inputs[id.x % ${probeInputCount}u]);
  results[id.x] = bitcast<u32>(result);
  sums[thread] = result;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
    if (thread < half) { sums[thread] = sums[thread] + sums[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) { results[${probeOperations.length * probeInputCount}u + workgroup.x] = bitcast<u32>(sums[0]); }
}
`

/** Pseudo-random and the same everywhere: made of integers, so that no rounding of this machine enters. */
export function probeInputs(): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(4 * probeInputCount)
  let state = 0x6d61_736b
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 8
  }
  for (let index = 0; index < words.length; index += 4) {
    for (let part = 0; part < 3; part += 1) words[index + part] = positive(next(), next())
    words[index + 3] = signed(next(), next())
  }
  return new Float32Array(words.buffer)
}

/** The bits of a number from 2⁻⁸ to 2⁸. */
function positive(exponent: number, fraction: number): number {
  return ((127 - 8 + (exponent % 16)) << 23) | (fraction & 0x7f_ffff)
}

/** The bits of a number from −8 to 8, but for those next to 0. */
function signed(exponent: number, fraction: number): number {
  const sign = exponent & 0x8000 ? 0x8000_0000 : 0
  return (sign | ((127 - 3 + (exponent % 6)) << 23) | (fraction & 0x7f_ffff)) >>> 0
}
