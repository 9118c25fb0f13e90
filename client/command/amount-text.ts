import { formatMask } from '#protocol/money.ts'

const digitsShown = 4

/** Wei as MASK with at most four significant digits, rounded up or down as keeps the sentence around it true. */
export function roundMask(wei: bigint, direction: 'up' | 'down'): string {
  const excess = wei.toString().length - digitsShown
  if (excess <= 0) return formatMask(wei)
  const step = 10n ** BigInt(excess)
  const down = (wei / step) * step
  return formatMask(direction === 'down' || down === wei ? down : down + step)
}

/** `1 to 2 MASK`, or `at most 1 MASK` where both are the same. */
export function maskRange(leastWei: bigint, mostWei: bigint): string {
  const most = formatMask(mostWei)
  return leastWei >= mostWei ? `at most ${most} MASK` : `${formatMask(leastWei)} to ${most} MASK`
}

/** Bytes in the unit in which people know them. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  let [size, place] = [bytes, 0]
  while (size >= 1024 && place < units.length - 1) {
    size /= 1024
    place += 1
  }
  return `${Number(size.toPrecision(3))} ${units[place] ?? ''}`
}

/** A time that may be long: `40 s`, `12 min`, `3.5 h`. */
export function longTimeText(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 2) return `${Math.round(ms / 1_000)} s`
  return minutes < 120 ? `${Math.round(minutes)} min` : `${Number((minutes / 60).toPrecision(3))} h`
}
