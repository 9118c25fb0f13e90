import { matrixOf, type Matrix } from '#shaders/matmul/matrix.ts'

/** The product of two matrices: every number a scalar product of a row and a column, added up in 64 bits. */
export function multiply(left: Matrix, right: Matrix): Matrix {
  if (left.columns !== right.rows) throw new Error('the factors do not fit')
  return matrixOf(left.rows, right.columns, (row, column) => {
    let sum = 0
    for (let k = 0; k < left.columns; k++) {
      sum += (left.numbers[row * left.columns + k] ?? 0) * (right.numbers[k * right.columns + column] ?? 0)
    }
    return sum
  })
}
