import type { Offer } from '#protocol/offer.ts'

/** A plain provider's offer: slow, without features, content with any job and any pay. */
export function anOffer(changes: Partial<Offer> = {}): Offer {
  return {
    features: [],
    limits: {},
    memoryMiB: 1024,
    speed: { gflops: 100, gops: 100, copyGBps: 10, launchMs: 0.1 },
    numericClass: `0x${'11'.repeat(32)}`,
    causes: { never: [] },
    requesters: { never: [] },
    minimumWeiPerHour: 0n,
    pools: [],
    ...changes,
  }
}
