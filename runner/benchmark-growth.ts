/** One submit: how much it did, and how long the GPU took. */
export interface Timing {
  readonly work: number
  readonly tookMs: number
}

const growthMax = 8
/** Submits that took about as long as they should before the answer counts as known. */
const longEnough = 2

/**
 * How much the next submit of a measurement does, so that it comes near `submitMs` without going past it; undefined
 * when enough is known. Pure: told times, never reads a clock.
 */
export function nextWork(timings: readonly Timing[], submitMs: number, workMax: number): number | undefined {
  const last = timings.at(-1)
  if (!last) return undefined
  const long = timings.filter(({ tookMs, work }) => tookMs >= submitMs / 2 || work >= workMax)
  if (long.length >= longEnough) return undefined
  // A clock's coarse step may say that it took no time at all.
  const growth = Math.min(growthMax, submitMs / Math.max(last.tookMs, submitMs / growthMax))
  return Math.min(workMax, Math.max(1, Math.floor(last.work * growth)))
}

/** Work per ms. Of short submits the start is most of what is measured, and clocks are coarse: they do not count. */
export function bestRate(timings: readonly Timing[]): number {
  const longestMs = Math.max(0, ...timings.map(({ tookMs }) => tookMs))
  const telling = timings.filter(({ tookMs }) => tookMs > 0 && tookMs >= longestMs / 2)
  return Math.max(0, ...telling.map(({ work, tookMs }) => work / tookMs))
}
