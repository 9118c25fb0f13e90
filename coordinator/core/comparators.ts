import { equalBytes } from '#protocol/bytes.ts'
import type { Comparator } from '#protocol/manifest.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import { unreachable } from '#protocol/assert.ts'

/**
 * Whether a result by itself may take part in a comparison.
 * A finished promise is no proof that a kernel ran: an unwritten buffer still shows the runner's poison.
 *
 * @returns the reason to refuse it, or undefined.
 */
export function inspectResult(
  result: Uint8Array,
  bytesExpected: number,
  comparator: Comparator,
): RefusalReason | undefined {
  if (result.length !== bytesExpected) return 'resultSizeWrong'
  switch (comparator.compare) {
    case 'exact':
      return undefined
    case 'tolerance':
      return floatsOf(result).every(Number.isFinite) ? undefined : 'resultNotFinite'
    default:
      return unreachable(comparator)
  }
}

/**
 * Whether `result` agrees with `canonical` (same length in bytes).
 * tolerance: |a − b| ≤ atol + rtol·|b| for all but a fraction `outliers` of the f32 elements; b is canonical's.
 * Not transitive, so results are only ever compared with a canonical one.
 */
export function agrees(result: Uint8Array, canonical: Uint8Array, comparator: Comparator): boolean {
  switch (comparator.compare) {
    case 'exact':
      return equalBytes(result, canonical)
    case 'tolerance':
      return (
        outliersOf(floatsOf(result), floatsOf(canonical), comparator) <=
        comparator.outliers * (canonical.length / 4)
      )
    default:
      return unreachable(comparator)
  }
}

function outliersOf(
  result: Float32Array,
  canonical: Float32Array,
  { atol, rtol }: { atol: number; rtol: number },
): number {
  let outliers = 0
  for (let index = 0; index < canonical.length; index += 1) {
    const expected = canonical[index] ?? NaN
    const actual = result[index] ?? NaN
    // Written so that NaN counts as an outlier.
    if (!(Math.abs(actual - expected) <= atol + rtol * Math.abs(expected))) outliers += 1
  }
  return outliers
}

/** The bytes as f32. Copies when they do not lie on a 4-byte boundary, as a message's payload may not. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 4))
}
