/** A mean over seeds, and half the width of its 95 % confidence interval. */
export interface Estimate {
  readonly mean: number
  readonly halfWidth: number
}

/** By Student's t. With fewer than two values there is no interval. */
export function meanOf(values: readonly number[]): Estimate {
  const count = values.length
  if (count === 0) return { mean: NaN, halfWidth: NaN }
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count === 1) return { mean, halfWidth: NaN }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  return { mean, halfWidth: studentT(count - 1) * Math.sqrt(variance / count) }
}

/** The 0.975 quantile, by the expansion around the normal's (Abramowitz and Stegun 26.7.5); exact to 1 % from 3 degrees of freedom on. */
function studentT(degrees: number): number {
  const z = 1.959964
  if (degrees === 1) return 12.7062
  if (degrees === 2) return 4.30265
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3
}
