import type { KernelText } from './kernel-text.ts'

/** Extensions that the WGSL standard knows; a browser may still lack one. */
const standardExtensions = new Set([
  'f16',
  'clip_distances',
  'dual_source_blending',
  'subgroups',
  'primitive_index',
])

const standardAttributes = new Set([
  ...['align', 'binding', 'blend_src', 'builtin', 'compute', 'diagnostic', 'fragment', 'group', 'id'],
  ...['interpolate', 'invariant', 'location', 'must_use', 'size', 'vertex', 'workgroup_size'],
])

const spaceAdvice: Readonly<Record<string, string>> = {
  push_constant: 'Use a uniform buffer: var<uniform>.',
  immediate: 'Not every browser has it: use a uniform buffer, var<uniform>.',
  pixel_local: 'Use a storage buffer.',
}

const typeAdvice: Readonly<Record<string, string>> = {
  f64: 'Use f32, or a sum of two f32.',
  i64: 'Use two u32 (vec2u).',
  u64: 'Use two u32 (vec2u).',
  i16: 'Use i32, or pack two into a u32.',
  u16: 'Use u32, or pack two into one.',
  i8: 'Use i32, or pack four into a u32 (pack4xI8).',
  u8: 'Use u32, or pack four into one (pack4xU8).',
  bf16: 'Use f16 or f32.',
  binding_array: 'Use one storage buffer with an array, or a texture_2d_array.',
  acceleration_structure: 'Keep the tree in a storage buffer and walk it in the kernel.',
  ray_query: 'Keep the tree in a storage buffer and walk it in the kernel.',
  texture_1d_array: 'Use texture_2d.',
  texture_multisampled_2d_array: 'Use texture_multisampled_2d.',
  texel_buffer: 'Use a storage buffer.',
  input_attachment: 'Use a texture.',
  subgroup_matrix_left: 'Use workgroup memory.',
  subgroup_matrix_right: 'Use workgroup memory.',
  subgroup_matrix_result: 'Use workgroup memory.',
}

/** What to use in place of an address space that only native implementations have. */
export function nativeSpace(name: string): string | undefined {
  return adviceOf(spaceAdvice, name)
}

/** What to use in place of a type that only native implementations have. */
export function nativeType(name: string): string | undefined {
  return adviceOf(typeAdvice, name)
}

/** What to do about an attribute that the standard lacks. */
export function nativeAttribute(name: string): string | undefined {
  return standardAttributes.has(name) ? undefined : 'Remove it.'
}

/** @throws {Refusal} `kernelInvalid` for an extension that the standard lacks. */
export function checkExtension(name: string, text: KernelText, begin: number): void {
  if (standardExtensions.has(name)) return
  throw text.refusal(
    begin,
    `The extension "${name}" is not in the WebGPU standard.`,
    `Do without it; the standard has ${[...standardExtensions].join(', ')}.`,
  )
}

function adviceOf(advice: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(advice, name) ? advice[name] : undefined
}
