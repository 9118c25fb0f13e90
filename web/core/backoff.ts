/** The span within which a wait grows. */
export interface BackoffBounds {
  readonly firstMs: number
  readonly longestMs: number
}

/** For reconnecting: short enough for a restart of the coordinator to go unnoticed, long enough not to storm it. */
export const linkBackoff: BackoffBounds = { firstMs: 1_000, longestMs: 30_000 }

/**
 * How long to wait before attempt `attempt` (1 is the first repetition): doubled each time up to the longest,
 * of which the upper half is drawn, so that thousands of tabs that lost one coordinator do not return in one instant.
 *
 * @param jitter from 0 (inclusive) to 1 (exclusive), drawn by the caller.
 * @example backoffMs(linkBackoff, 1, 0) // 500
 */
export function backoffMs(bounds: BackoffBounds, attempt: number, jitter: number): number {
  const doublings = Math.min(Math.max(attempt, 1) - 1, 30)
  const whole = Math.min(bounds.firstMs * 2 ** doublings, bounds.longestMs)
  return Math.round(whole / 2 + (whole / 2) * jitter)
}
