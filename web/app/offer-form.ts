import { parseMask } from '#protocol/money.ts'
import { causes, type Cause } from '#protocol/offer.ts'
import { addressesIn, dataMiBPerDayMax, poolsIn, type OfferSettings } from '#web/core/offer.ts'

/** What a field's text makes of the settings, or why it makes nothing: words that are not understood. */
export type FieldOutcome = { readonly settings: OfferSettings } | { readonly strange: readonly string[] }

/** An amount of MASK; nothing typed is nothing asked. */
export function withMinimum(settings: OfferSettings, text: string): FieldOutcome {
  const wei = text.trim() === '' ? 0n : parseMask(text.trim())
  if (wei === undefined) return { strange: [text] }
  return { settings: { ...settings, minimumWeiPerHour: wei } }
}

/** Whole MiB; nothing typed is no cap. */
export function withDataCap(settings: OfferSettings, text: string): FieldOutcome {
  if (text.trim() === '') return { settings: { ...settings, dataMiBPerDay: undefined } }
  const amount = /^\d{1,7}$/.test(text.trim()) ? Number(text) : 0
  if (amount < 1 || amount > dataMiBPerDayMax) return { strange: [text] }
  return { settings: { ...settings, dataMiBPerDay: amount } }
}

export function withBlockedRequesters(settings: OfferSettings, text: string): FieldOutcome {
  const { addresses, strange } = addressesIn(text)
  if (strange.length > 0) return { strange }
  return { settings: { ...settings, requesters: { ...settings.requesters, never: addresses } } }
}

export function withPools(settings: OfferSettings, text: string): FieldOutcome {
  const { pools, strange } = poolsIn(text)
  return strange.length > 0 ? { strange } : { settings: { ...settings, pools } }
}

/** In the order of the list of causes, whatever the order of the ticks. */
export function withCause(settings: OfferSettings, cause: Cause, blocked: boolean): OfferSettings {
  const never = causes.filter((each) => (each === cause ? blocked : settings.causes.never.includes(each)))
  return { ...settings, causes: { ...settings.causes, never } }
}
