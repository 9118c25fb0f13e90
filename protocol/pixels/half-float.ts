/**
 * 16-bit floats (IEEE 754 binary16) as 32-bit ones, which hold each of them exactly.
 *
 * @example widenHalfFloats(new Uint16Array([0x3c00, 0xc000])) // [1, -2]
 */
export function widenHalfFloats(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, widen)
}

function widen(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  // Below the smallest exponent there is no implicit leading one.
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
