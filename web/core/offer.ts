import * as v from 'valibot'
import { limits } from '#protocol/limits.ts'
import type { Hex } from '#protocol/bytes.ts'
import { offerSchema, type Offer, type Speed } from '#protocol/offer.ts'

/** What a contributor wants; the device's own part of an offer is measured. */
export interface OfferSettings extends Pick<Offer, 'minimumWeiPerHour' | 'causes' | 'requesters' | 'pools'> {
  /** The most to download in a day, in MiB; undefined: no cap. */
  readonly dataMiBPerDay: number | undefined
}

/** What a device has and what was measured of it. */
export type DeviceOffer = Pick<Offer, 'features' | 'limits' | 'memoryMiB' | 'speed' | 'numericClass'>

/** What was downloaded on one day of the contributor's calendar. */
export interface DataUse {
  readonly day: string
  readonly bytes: number
}

/** More invitations would not fit into a greeting. */
export const poolsMax = 16
export const dataMiBPerDayMax = 1_000_000

/** Takes anything at any price, as whoever starts for the first time. */
export const usualSettings: OfferSettings = {
  minimumWeiPerHour: 0n,
  causes: { never: [] },
  requesters: { never: [] },
  dataMiBPerDay: undefined,
  pools: [],
}

const invitation = /^[\x21-\x7e]{1,100}$/
const { causes, requesters } = offerSchema.entries
const storedSchema = v.strictObject({
  minimumWeiPerHour: v.pipe(v.bigint(), v.minValue(0n), v.maxValue(10n ** 48n)),
  causes,
  requesters,
  pools: v.pipe(v.array(v.pipe(v.string(), v.regex(invitation))), v.maxLength(poolsMax)),
  dataMiBPerDay: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(dataMiBPerDayMax))),
})

/** Settings as they were stored, by this version or another; undefined where they cannot be understood. */
export function readSettings(stored: unknown): OfferSettings | undefined {
  const parsed = v.safeParse(storedSchema, stored)
  if (!parsed.success) return undefined
  const { dataMiBPerDay, ...others } = parsed.output
  return { ...others, dataMiBPerDay }
}

/** The offer to state now. */
export function offerOf(settings: OfferSettings, device: DeviceOffer, bytesToday: number): Offer {
  const { dataMiBPerDay, ...wishes } = settings
  const offer = { ...device, ...wishes }
  if (dataMiBPerDay === undefined) return offer
  return { ...offer, dataBytesMax: statedBytes(dataMiBPerDay, bytesToday) }
}

const mebibyte = 1024 * 1024
/** A cap is stated in so many steps: an offer for each blob would be a message for each blob. */
const capSteps = 20

/** Bytes that may still be downloaded today; Infinity without a cap. */
export function bytesLeft({ dataMiBPerDay }: OfferSettings, bytesToday: number): number {
  return dataMiBPerDay === undefined ? Infinity : Math.max(0, dataMiBPerDay * mebibyte - bytesToday)
}

/** What is left of a cap, down to the last whole step of it. */
function statedBytes(dataMiBPerDay: number, bytesToday: number): number {
  const stepBytes = (dataMiBPerDay * mebibyte) / capSteps
  const left = bytesLeft({ ...usualSettings, dataMiBPerDay }, bytesToday)
  return Math.floor(Math.floor(left / stepBytes) * stepBytes)
}

/** The same day's use with more, or the first of a new day. */
export function withBytes(use: DataUse, day: string, bytes: number): DataUse {
  return { day, bytes: bytes + (use.day === day ? use.bytes : 0) }
}

/** How fast a device is, coarsely: for people, who need no figure that changes with every start. */
export type SpeedClass = 'processor' | 'small' | 'medium' | 'fast' | 'veryFast'

export function speedClassOf({ gflops }: Speed): SpeedClass {
  if (gflops < 50) return 'processor'
  if (gflops < 1_000) return 'small'
  if (gflops < 5_000) return 'medium'
  return gflops < 20_000 ? 'fast' : 'veryFast'
}

/** Words of a text that a list may hold, in lower case, and those that it may not. */
export function addressesIn(text: string): {
  readonly addresses: Hex[]
  readonly strange: readonly string[]
} {
  const words = [...new Set(wordsIn(text).map((word) => word.toLowerCase()))]
  const isAddress = (word: string): word is Hex => /^0x[0-9a-f]{40}$/.test(word)
  const addresses = words.filter(isAddress)
  return {
    addresses: addresses.slice(0, limits.offerListMax),
    strange: [...words.filter((word) => !isAddress(word)), ...addresses.slice(limits.offerListMax)],
  }
}

/** As `addressesIn`, for invitations to pools. */
export function poolsIn(text: string): {
  readonly pools: string[]
  readonly strange: readonly string[]
} {
  const words = [...new Set(wordsIn(text))]
  const fits = words.filter((word) => invitation.test(word))
  return {
    pools: fits.slice(0, poolsMax),
    strange: [...words.filter((word) => !fits.includes(word)), ...fits.slice(poolsMax)],
  }
}

function wordsIn(text: string): string[] {
  return text.split(/[\s,、，]+/).filter((word) => word !== '')
}
