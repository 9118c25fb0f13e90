import { weiPerHour } from './hourly.ts'

/** What was paid for accepted units lately: the newest of them, oldest overwritten. */
export interface PaidRing {
  readonly entries: Paid[]
  /** Where the next one goes. */
  next: number
}

interface Paid {
  readonly weiPerHour: bigint
  readonly tookMs: number
  readonly atMs: number
}

/** Enough for a median; a busy hour has more, and then the newest tell best. */
const entriesMax = 4_096
const lateMs = 3_600_000

export function newPaidRing(): PaidRing {
  return { entries: [], next: 0 }
}

/** A unit of this pay, which took its provider so long, was accepted. */
export function notePaid(
  { market: { paid } }: { readonly market: { readonly paid: PaidRing } },
  payWei: bigint,
  tookMs: number,
  nowMs: number,
): void {
  paid.entries[paid.next] = { weiPerHour: weiPerHour(payWei, tookMs), tookMs, atMs: nowMs }
  paid.next = (paid.next + 1) % entriesMax
}

/** Of the last hour: what an hour of a GPU was paid, each with the time that it was paid for. */
export function paidLately({ entries }: PaidRing, nowMs: number): { value: bigint; weight: number }[] {
  return entries.flatMap(({ weiPerHour: value, tookMs, atMs }) =>
    atMs > nowMs - lateMs ? [{ value, weight: tookMs }] : [],
  )
}
