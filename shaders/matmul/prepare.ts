import { firstDigits, type Digit } from '#shaders/knn-mnist/digits.ts'
import job from '#shaders/matmul/job.json' with { type: 'json' }
import { matrixBytes, matrixOf, transposed, type Matrix } from '#shaders/matmul/matrix.ts'

/** The job's data files: digits as rows, and the same as columns, so that the product holds all correlations. */
export function prepare(): Promise<Map<string, Uint8Array>> {
  const rows = standardDigits(job.parameters.columns)
  return Promise.resolve(
    new Map([
      ['rows.f32', matrixBytes(rows)],
      ['columns.f32', matrixBytes(transposed(rows))],
    ]),
  )
}

/**
 * A row a digit, sorted by class: its pixels less their mean, scaled to length one. The scalar product of two such
 * rows is Pearson's correlation of the images.
 */
export function standardDigits(count: number): Matrix {
  const digits = firstDigits(count).toSorted((a, b) => a.label - b.label)
  const rows = digits.map(standardized)
  return matrixOf(count, rows[0]?.length ?? 0, (row, column) => rows[row]?.[column] ?? 0)
}

function standardized({ pixels }: Digit): number[] {
  const mean = pixels.reduce((sum, level) => sum + level, 0) / pixels.length
  const deviations = Array.from(pixels, (level) => level - mean)
  const length = Math.sqrt(deviations.reduce((sum, deviation) => sum + deviation ** 2, 0))
  return deviations.map((deviation) => deviation / length)
}
