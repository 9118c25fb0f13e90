import { requirableFeatures, requirableLimits } from '#protocol/device-needs.ts'
import type { Offer } from '#protocol/offer.ts'

/** What of an offer the device decides, without measuring. */
export type DeviceFacts = Pick<Offer, 'features' | 'limits' | 'memoryMiB'>

/**
 * What an adapter offers of what jobs may require; nothing else about it leaves the browser.
 *
 * @param memoryBytesMax GPU memory that one job may take.
 */
export function deviceFactsOf(adapter: GPUAdapter, memoryBytesMax: number): DeviceFacts {
  const values = adapter.limits as unknown as Readonly<Record<string, unknown>>
  const limits: Record<string, number> = {}
  for (const name of requirableLimits) {
    const value = values[name]
    if (typeof value === 'number') limits[name] = value
  }
  const features = requirableFeatures.filter((feature) => adapter.features.has(feature))
  return { features, limits, memoryMiB: Math.max(1, Math.floor(memoryBytesMax / (1024 * 1024))) }
}
