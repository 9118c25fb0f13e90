import { limits } from '#protocol/limits.ts'

/**
 * Work held beyond what is being computed: the way to the coordinator and back, and the fetching of data. Every unit
 * more is one that waits for others when this tab vanishes.
 */
const aheadMs = 100

/**
 * How many units to hold at once: those in the runner's lanes, one on its way, and more the shorter they are, so that
 * the GPU does not wait for the network. Long ones are left to others.
 *
 * @param lanes units that are computed side by side.
 * @param unitMs time from one result to the next lately, whatever took it: kernel, duty, other pages, the network;
 *   undefined before the second.
 */
export function capacityFor(lanes: number, unitMs: number | undefined): number {
  if (unitMs === undefined) return lanes + 1
  return Math.min(limits.capacityMax, lanes + Math.ceil(aheadMs / Math.max(unitMs, 1)))
}

/** The time of a unit lately, with one more. */
export function smoothedMs(unitMs: number | undefined, latestMs: number): number {
  return unitMs === undefined ? latestMs : 0.7 * unitMs + 0.3 * latestMs
}
