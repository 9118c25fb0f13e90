/** Multiplications and additions in the product of a rows × inner and an inner × columns matrix. */
export function matmulFlops(rows: number, inner: number, columns: number): number {
  return 2 * rows * inner * columns
}
