/** A real number as a whole number of 2^-BITS: enough of them that no pixel of any view in f32's range notices the rest. */
export type Fixed = bigint

/** Bits behind the point: about 58 decimal digits. */
const BITS = 192n

/** Bits behind the point that pass between fixed numbers and doubles; 2^-128 is about f32's smallest number. */
const BITS_PASSED = 128n

/** From decimal digits, such as "-0.75". */
export function fixed(decimal: string): Fixed {
  const [whole = '', fraction = ''] = decimal.split('.')
  return (BigInt(whole + fraction) << BITS) / 10n ** BigInt(fraction.length)
}

/** Rounded to BITS_PASSED bits behind the point. */
export function fixedFromNumber(value: number): Fixed {
  return BigInt(Math.round(value * 2 ** Number(BITS_PASSED))) << (BITS - BITS_PASSED)
}

/** Rounded down. */
export const multiply = (a: Fixed, b: Fixed): Fixed => (a * b) >> BITS

/** Off by 2^-BITS_PASSED at most, and a double's own rounding. */
export const toNumber = (value: Fixed): number =>
  Number(value >> (BITS - BITS_PASSED)) / 2 ** Number(BITS_PASSED)

/** One step of the set's definition, z² + c, of real and imaginary part. */
export function step([x, y]: readonly [Fixed, Fixed], c: readonly [Fixed, Fixed]): [Fixed, Fixed] {
  return [multiply(x, x) - multiply(y, y) + c[0], 2n * multiply(x, y) + c[1]]
}
