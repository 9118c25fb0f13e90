/** Microseconds of an hour. Times are rounded up to whole microseconds, so that sums stay exact and nobody is short-changed. */
const hourUs = 3_600_000_000n

function wholeUs(unitMs: number): bigint {
  return BigInt(Math.max(1, Math.ceil(unitMs * 1_000)))
}

/** What an hour of a GPU earns that takes `unitMs` for a unit of this pay; rounded down to whole wei. */
export function weiPerHour(payWei: bigint, unitMs: number): bigint {
  return (payWei * hourUs) / wholeUs(unitMs)
}

/** Whether units of this pay earn at least so much an hour; exact. */
export function earnsPerHour(payWei: bigint, unitMs: number, leastWeiPerHour: bigint): boolean {
  return leastWeiPerHour === 0n || payWei * hourUs >= leastWeiPerHour * wholeUs(unitMs)
}

/** The least pay of a unit that earns so much an hour; rounded up to whole wei. */
export function payForHourly(leastWeiPerHour: bigint, unitMs: number): bigint {
  return (leastWeiPerHour * wholeUs(unitMs) + hourUs - 1n) / hourUs
}
