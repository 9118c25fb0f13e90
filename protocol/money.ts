/** MASK has 18 decimals, as ETH; all sums are whole numbers of the smallest unit ("wei"). */
export const maskDecimals = 18
const weiPerMask = 10n ** BigInt(maskDecimals)

/**
 * Parses a decimal amount of MASK, e.g. `"0.002"`, into wei. No sign, no exponent, at most 18 decimals.
 * Returns undefined for anything else: a stranger's text is refused by the caller, with its own words.
 */
export function parseMask(text: string): bigint | undefined {
  const match = /^(\d{1,30})(?:\.(\d{1,18}))?$/.exec(text)
  if (!match) return undefined
  const [, whole = '0', fraction = ''] = match
  return BigInt(whole) * weiPerMask + BigInt(fraction.padEnd(maskDecimals, '0'))
}

/** Wei as a decimal amount of MASK without trailing zeros: 2000000000000000n → `"0.002"`. */
export function formatMask(wei: bigint): string {
  const sign = wei < 0n ? '-' : ''
  const size = wei < 0n ? -wei : wei
  const fraction = (size % weiPerMask).toString().padStart(maskDecimals, '0').replace(/0+$/, '')
  return `${sign}${size / weiPerMask}${fraction === '' ? '' : `.${fraction}`}`
}
