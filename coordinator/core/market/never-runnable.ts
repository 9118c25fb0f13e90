import { limitCeilings, memoryBytesCeiling, requirableFeatures } from '#protocol/device-needs.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Offer } from '#protocol/offer.ts'
import { gflopsMax, newForecast, unitMsAt } from './forecast.ts'
import { mismatchesOf, type Mismatch } from './match.ts'

/** As much as a tab could ever offer. */
const best: Offer = {
  features: [...requirableFeatures],
  limits: limitCeilings,
  memoryMiB: memoryBytesCeiling / (1024 * 1024),
  speed: { gflops: gflopsMax, gops: gflopsMax, copyGBps: gflopsMax, launchMs: 0 },
  numericClass: `0x${'00'.repeat(32)}`,
  causes: { never: [] },
  requesters: { never: [] },
  minimumWeiPerHour: 0n,
  pools: [],
}

/**
 * What keeps a job from ever being computed, by whomever: a feature that is none, a limit, memory or speed beyond those
 * of any device, a deadline that has passed or that not even one unit can meet. Empty: somebody could.
 */
export function neverRunnable(needs: Needs, nowMs: number): readonly Mismatch[] {
  // An invitation to any pool can be had.
  const open = { ...needs, pool: undefined }
  const leastMs = unitMsAt({ forecast: newForecast(), terms: { needs } }, gflopsMax)
  const bid = { needs: open, payWei: 0n, dataBytes: needs.dataBytes, unable: new Set<never>() }
  return mismatchesOf(bid, { id: '0x', offer: best }, leastMs, nowMs)
}
