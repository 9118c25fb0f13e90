import type { Row } from '#shaders/bootstrap/prepare.ts'

export interface Params {
  /** Replicates drawn from each replicate. */
  readonly inner: number
  readonly seed: number
  readonly unitOfY: number
}

/** A replicate as the kernel leaves it in `replicates`: its slope, and the standard deviation of its own replicates' slopes. */
export function replicateRow(table: readonly Row[], params: Params, replicate: number) {
  const sample = resample(table, params.seed, replicate, 0)
  const innerSlopes = Array.from({ length: params.inner }, (_, inner) =>
    slope(resample(sample, params.seed, replicate, inner + 1)),
  )
  return {
    slope: params.unitOfY * slope(sample),
    error: params.unitOfY * standardDeviation(innerSlopes),
  }
}

/** Least squares: Σ (x − x̄)(y − ȳ) / Σ (x − x̄)², or 0 where x does not vary. */
function slope(rows: readonly Row[]): number {
  const meanX = mean(rows.map(([x]) => x))
  const meanY = mean(rows.map(([, y]) => y))
  if (rows.every(([x]) => x === rows[0]?.[0])) return 0
  const covariance = mean(rows.map(([x, y]) => (x - meanX) * (y - meanY)))
  return covariance / mean(rows.map(([x]) => (x - meanX) ** 2))
}

/** As many rows as there are, each drawn from all of them (Efron 1979). */
function resample(rows: readonly Row[], seed: number, replicate: number, inner: number): Row[] {
  return rows.map((_, place) => {
    const random = hash([seed, replicate, inner, Math.floor(place / 4)])[place % 4] ?? 0
    const row = rows[Math.floor((random * rows.length) / 2 ** 32)]
    if (!row) throw new Error('a draw outside the table')
    return row
  })
}

function standardDeviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** pcg4d of Jarzynski & Olano, "Hash functions for GPU rendering" (2020), on four words. */
function hash(counter: readonly [number, number, number, number]): number[] {
  let [x, y, z, w] = counter.map((word) => Math.imul(word, 1664525) + 1013904223) as [
    number,
    number,
    number,
    number,
  ]
  for (const last of [false, true]) {
    x += Math.imul(y, w)
    y += Math.imul(z, x)
    z += Math.imul(x, y)
    w += Math.imul(y, z)
    if (last) break
    x ^= x >>> 16
    y ^= y >>> 16
    z ^= z >>> 16
    w ^= w >>> 16
  }
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0]
}
