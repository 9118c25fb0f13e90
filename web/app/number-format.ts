import { formatMask, maskDecimals } from '#protocol/money.ts'
import type { Locale } from './messages/catalogue.ts'

/** A whole number with the locale's separators. */
export function formatCount(locale: Locale, count: number): string {
  return new Intl.NumberFormat(locale).format(count)
}

/**
 * Wei as an amount of MASK, exact to the last of the 18 decimals.
 * `Intl` gets the decimal text: through a number it would round beyond 15 digits.
 */
export function formatAmount(locale: Locale, wei: bigint): string {
  const exact = formatMask(wei) as Intl.StringNumericLiteral
  return new Intl.NumberFormat(locale, { maximumFractionDigits: maskDecimals }).format(exact)
}

/** Wei as an amount of MASK to three digits, for what is only known about so. */
export function formatRoughAmount(locale: Locale, wei: bigint): string {
  const exact = formatMask(wei) as Intl.StringNumericLiteral
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(exact)
}

/** A share from 0 to 1 in whole percent: "25%". */
export function formatShare(locale: Locale, share: number): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share)
}

/** A wait in words, rounded up to whole seconds or, from 90 s on, minutes: "5 seconds", "2 minutes". */
export function formatWait(locale: Locale, durationMs: number): string {
  const seconds = Math.max(1, Math.ceil(durationMs / 1000))
  const [unit, amount] = seconds < 90 ? ['second', seconds] : ['minute', Math.ceil(seconds / 60)]
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(amount)
}

/** A span of time in words, rounded up: seconds below 90 s, minutes below 90, hours above: "24 hours". */
export function formatSpan(locale: Locale, durationMs: number): string {
  const minutes = durationMs / 60_000
  if (minutes < 90) return formatWait(locale, durationMs)
  const hours = Math.ceil(minutes / 60)
  return new Intl.NumberFormat(locale, { style: 'unit', unit: 'hour', unitDisplay: 'long' }).format(hours)
}

/** A moment by the reader's clock: date and time to the minute. */
export function formatInstant(locale: Locale, atMs: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(atMs)
}

/** `0x1234…abcd`: enough to recognise an address, too little to trust it. */
export function shortAddress(address: string): string {
  return address.length <= 12 ? address : `${address.slice(0, 6)}…${address.slice(-4)}`
}
