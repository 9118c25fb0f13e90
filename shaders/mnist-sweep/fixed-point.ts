// "Qn" is a number times 2^n, rounded. Sums are exact here whatever their size; in the kernel they have to fit 32 bits.

/**
 * e^−x for x ≥ 0 in Q12, as Q16, right to 10⁻⁴: 2^−(n + f) with the cubic 1 − f (0.6916 − f (0.2312 − 0.0396 f)), each
 * product rounded down.
 */
export function expMinus(x: number): number {
  const exponent = down(Math.min(x, 16 * 4096) * 5909, 12)
  const f = exponent % 4096
  const cubic = 65536 - down(f * (45324 - down(f * (15149 - down(f * 2593, 12)), 12)), 12)
  return down(cubic, Math.floor(exponent / 4096))
}

/** The natural logarithm of x ≥ 1 in Q16, as Q12, by twelve squarings of the mantissa in Q15. */
export function logarithm(x: number): number {
  const whole = Math.floor(Math.log2(x))
  let mantissa = Math.floor(x * 2 ** (15 - whole))
  let binary = (whole - 16) * 4096
  for (let bit = 2048; bit >= 1; bit /= 2) {
    mantissa = down(mantissa * mantissa, 15)
    if (mantissa < 65536) continue
    mantissa = down(mantissa, 1)
    binary += bit
  }
  return down(binary * 2839, 12)
}

/** PCG-RXS-M-XS, one step from a given state (O'Neill 2014). */
export function hash(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0
  return ((word >>> 22) ^ word) >>> 0
}

/** x / 2^bits, rounded down. */
export function down(x: number, bits: number): number {
  return Math.floor(x / 2 ** bits)
}

/** x / 2^bits, rounded to the nearest, halves up. */
export function nearest(x: number, bits: number): number {
  return Math.floor(x / 2 ** bits + 0.5)
}

export function clamp(x: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, x))
}
