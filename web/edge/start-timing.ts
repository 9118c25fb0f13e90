/** Times kept for whoever looks at the worker's timeline. */
const keptMax = 256
export const leasedToStarted = 'mask: leased to started'
let kept = 0

/** Marks in the worker's timeline how long a unit waited, from its arrival to its kernel's first submit. */
export function timeStart(arrivedMs: number, startedMs: number): void {
  if (kept === keptMax) {
    performance.clearMeasures(leasedToStarted)
    kept = 0
  }
  kept += 1
  performance.measure(leasedToStarted, { start: arrivedMs, end: Math.max(arrivedMs, startedMs) })
}
