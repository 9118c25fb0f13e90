import { encode } from 'uqr'
import type { PairingCode } from '#web/core/wallet-view.ts'

/** A text as a QR code: one square of the path for each dark module, in a field with the quiet margin that cameras need. */
export function pairingCodeOf(uri: string): PairingCode {
  const { data, size } = encode(uri, { ecc: 'M', border: 4 })
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { uri, size, path: path.join('') }
}
