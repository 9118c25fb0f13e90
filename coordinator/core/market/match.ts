import { defaultLimitOf } from '#protocol/device-needs.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Cause, Offer } from '#protocol/offer.ts'
import { poolIdOf } from '#protocol/pools.ts'
import { earnsPerHour, weiPerHour } from './hourly.ts'

/** What a requester asks for and pays: one side of a match. */
export interface Bid {
  readonly needs: Needs
  /** What a unit earns its provider. */
  readonly payWei: bigint
  /** What this provider must still download; less than `needs` says where it has worked for the job. */
  readonly dataBytes: number
  /** Providers whose device was seen not to run it. */
  readonly unable: ReadonlySet<ProviderId>
}

/** The other side of a match: a provider in the state is one. */
export interface Bidder {
  readonly id: ProviderId
  readonly offer: Offer
}

/** A condition of the match that does not hold, with what the provider has and what the bid needs. */
export type Mismatch =
  /** The job's kernel was seen not to run on this device. */
  | { readonly condition: 'kernel' }
  | { readonly condition: 'feature'; readonly feature: string }
  | { readonly condition: 'limit'; readonly limit: string; readonly has: number; readonly needs: number }
  /** Bytes of the GPU's memory. */
  | { readonly condition: 'memory'; readonly has: number; readonly needs: number }
  /** 10⁹ f32 operations a second. */
  | { readonly condition: 'speed'; readonly has: number; readonly needs: number }
  | { readonly condition: 'cause'; readonly cause: Cause }
  | { readonly condition: 'requester' }
  | { readonly condition: 'pool' }
  /** Bytes to download. */
  | { readonly condition: 'data'; readonly has: number; readonly needs: number }
  /** Milliseconds until the deadline, and what one unit takes. */
  | { readonly condition: 'deadline'; readonly has: number; readonly needs: number }
  | { readonly condition: 'price'; readonly offeredWeiPerHour: bigint; readonly askedWeiPerHour: bigint }

type Check = (bid: Bid, bidder: Bidder, forecastMs: number, nowMs: number) => readonly Mismatch[]

const none: readonly Mismatch[] = []

/** Cheap ones that often fail come first: the scheduler stops at the first that does. */
const checks: readonly Check[] = [
  (bid, { id }) => (bid.unable.has(id) ? [{ condition: 'kernel' }] : none),
  ({ needs }, { offer }) => (needs.features.length === 0 ? none : missingFeatures(needs, offer)),
  ({ needs }, { offer }) => tooLittle('memory', offer.memoryMiB * 1024 * 1024, needs.memoryBytes),
  ({ needs }, { offer }) => tooLittle('speed', offer.speed.gflops, needs.gflopsMin),
  ({ needs: { cause } }, { offer }) => (takes(offer.causes, cause) ? none : [{ condition: 'cause', cause }]),
  ({ needs }, { offer }) => (takes(offer.requesters, needs.requester) ? none : [{ condition: 'requester' }]),
  ({ needs: { pool } }, { offer }) =>
    pool === undefined || poolsOf(offer).has(pool) ? none : [{ condition: 'pool' }],
  ({ dataBytes }, { offer }) => tooLittle('data', offer.dataBytesMax ?? Infinity, dataBytes),
  ({ needs }, _bidder, forecastMs, nowMs) =>
    tooLittle('deadline', Math.max(0, (needs.deadlineMs ?? Infinity) - nowMs), forecastMs),
  ({ needs }, { offer }) => lowLimits(needs, offer),
  ({ payWei }, { offer }, forecastMs) => lowPrice(payWei, offer.minimumWeiPerHour, forecastMs),
]

/**
 * Every condition that keeps a provider from units of a bid; none means that they match. The scheduler decides by the
 * same list, so that what it says of a waiting job is why it waits.
 *
 * @param forecastMs how long a unit will take this provider.
 */
export function mismatchesOf(
  bid: Bid,
  bidder: Bidder,
  forecastMs: number,
  nowMs: number,
): readonly Mismatch[] {
  return checks.flatMap((check) => check(bid, bidder, forecastMs, nowMs))
}

/** Whether no condition fails. */
export function matches(bid: Bid, bidder: Bidder, forecastMs: number, nowMs: number): boolean {
  for (const check of checks) if (check(bid, bidder, forecastMs, nowMs).length > 0) return false
  return true
}

function tooLittle(
  condition: 'memory' | 'speed' | 'data' | 'deadline',
  has: number,
  needs: number,
): readonly Mismatch[] {
  return has < needs ? [{ condition, has, needs }] : none
}

function lowPrice(payWei: bigint, askedWeiPerHour: bigint, unitMs: number): readonly Mismatch[] {
  if (earnsPerHour(payWei, unitMs, askedWeiPerHour)) return none
  return [{ condition: 'price', offeredWeiPerHour: weiPerHour(payWei, unitMs), askedWeiPerHour }]
}

function missingFeatures(needs: Needs, offer: Offer): readonly Mismatch[] {
  return needs.features
    .filter((feature) => !(offer.features as readonly string[]).includes(feature))
    .map((feature) => ({ condition: 'feature', feature }))
}

function lowLimits(needs: Needs, offer: Offer): readonly Mismatch[] {
  const raised = raisedLimitsOf(needs)
  if (raised.length === 0) return none
  const has: Readonly<Record<string, number | undefined>> = offer.limits
  return raised.flatMap(([limit, needed]) => {
    const stated = Object.hasOwn(has, limit) ? (has[limit] ?? 0) : 0
    const value = Math.max(stated, defaultLimitOf(limit))
    return value < needed ? [{ condition: 'limit', limit, has: value, needs: needed }] : []
  })
}

function takes<Name>(
  { only, never }: { only?: readonly Name[] | undefined; never: readonly Name[] },
  name: Name,
): boolean {
  return !never.includes(name) && (only === undefined || only.includes(name))
}

// Needs and offers are never changed, only replaced: what follows from one is worked out once.
const raisedLimits = new WeakMap<Needs, readonly (readonly [limit: string, value: number])[]>()
const pools = new WeakMap<Offer, ReadonlySet<Hex>>()

/** Limits that not every WebGPU device has. */
function raisedLimitsOf(needs: Needs) {
  let raised = raisedLimits.get(needs)
  if (!raised) {
    raised = Object.entries(needs.limits).filter(([limit, value]) => value > defaultLimitOf(limit))
    raisedLimits.set(needs, raised)
  }
  return raised
}

function poolsOf(offer: Offer): ReadonlySet<Hex> {
  let ids = pools.get(offer)
  if (!ids) {
    ids = new Set(offer.pools.map(poolIdOf))
    pools.set(offer, ids)
  }
  return ids
}
