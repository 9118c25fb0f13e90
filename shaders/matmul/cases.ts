import { matrixBytes, matrixOf, transposed, type Matrix } from '#shaders/matmul/matrix.ts'
import { standardDigits } from '#shaders/matmul/prepare.ts'
import { multiply } from '#shaders/matmul/reference.ts'
import type { KernelCase } from '#shaders/kernel-case.ts'

/** Rows in a unit, as in job.json. */
const GRANULE = 64

export const cases: readonly KernelCase[] = [
  aCase('empty: nothing but zeros', constant(5, 16, 0), constant(16, 5, 1)),
  aCase('one number times one number', constant(1, 1, -0.75), constant(1, 1, 0.5)),
  aCase(
    'odd: the last unit is shorter, and no side fills a block',
    matrixOf(67, 37, (row, column) => uneven(row, column) / 37),
    matrixOf(37, 21, (row, column) => uneven(column, row)),
    1,
  ),
  aCase(
    'odd: one inner number more than a step takes, one row and one column more than a block has',
    matrixOf(65, 17, uneven),
    matrixOf(17, 65, uneven),
    1,
  ),
  aCase('control: times the identity stays the same', matrixOf(64, 70, uneven), identity(70)),
  { title: 'largest: a unit as the job runs it', unit: 9, expected: () => digitRows(9) },
  { title: 'largest: the shorter last unit of the job', unit: 31, expected: () => digitRows(31) },
]

function aCase(title: string, left: Matrix, right: Matrix, unit = 0): KernelCase {
  return {
    title,
    changes: {
      parameters: { inner: left.columns, columns: right.columns },
      inputs: {
        left: { file: 'rows.f32', slice: { stride: 4 * left.columns } },
        right: 'columns.f32',
      },
      units: { range: [0, left.rows], granule: GRANULE },
      collect: { kind: 'raw' },
    },
    files: () =>
      new Map([
        ['rows.f32', matrixBytes(left)],
        ['columns.f32', matrixBytes(right)],
      ]),
    unit,
    expected: () => matrixBytes(multiply(rowsOf(left, unit), right)),
  }
}

function digitRows(unit: number): Uint8Array {
  const digits = standardDigits(2000)
  return matrixBytes(multiply(rowsOf(digits, unit), transposed(digits)))
}

/** The rows that the unit gets. */
function rowsOf({ rows, columns, numbers }: Matrix, unit: number): Matrix {
  const count = Math.min(GRANULE, rows - unit * GRANULE)
  return matrixOf(count, columns, (row, column) => numbers[(unit * GRANULE + row) * columns + column] ?? 0)
}

function constant(rows: number, columns: number, value: number): Matrix {
  return matrixOf(rows, columns, () => value)
}

function identity(size: number): Matrix {
  return matrixOf(size, size, (row, column) => (row === column ? 1 : 0))
}

/** Numbers between −1 and 1 without a pattern that a wrong index could hide in. */
function uneven(row: number, column: number): number {
  return Math.fround((((row * 7919 + column * 104729 + row * column * 31) % 2001) - 1000) / 1000)
}
