/** Numbers row by row. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly numbers: Float32Array
}

export function matrixOf(
  rows: number,
  columns: number,
  numberAt: (row: number, column: number) => number,
): Matrix {
  const numbers = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) numbers[row * columns + column] = numberAt(row, column)
  }
  return { rows, columns, numbers }
}

export function transposed({ rows, columns, numbers }: Matrix): Matrix {
  return matrixOf(columns, rows, (row, column) => numbers[column * columns + row] ?? 0)
}

export function matrixBytes({ numbers }: Matrix): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
