import type { ProviderId } from '#protocol/ids.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Offer } from '#protocol/offer.ts'

/** How long the units of one job take, learned from the units that came back. */
export interface Forecast {
  /** Of a device of speed 1 GFLOP/s, in milliseconds; undefined until a unit has come back. */
  workMs: number | undefined
  /** Learned on each provider's own device; the one that has been silent the longest comes first. */
  readonly byProvider: Map<ProviderId, LearnedTime>
  /** Units learned from. */
  units: number
}

interface LearnedTime {
  readonly unitMs: number
  readonly units: number
  /** `unitMs`, had the device a speed of 1 GFLOP/s. */
  readonly workMs: number
}

/** What a forecast is asked about: a job in the state is one. */
export interface Forecasted {
  readonly forecast: Forecast
  readonly terms: { readonly needs: Pick<Needs, 'targetMs'> }
}

/** Whose device it is asked for: a provider in the state is one. */
export interface Forecaster {
  readonly id: ProviderId
  readonly offer: Pick<Offer, 'speed'>
}

/** A common GPU: what is said of a unit's time without a device is said of this one. 10⁹ f32 operations a second. */
export const referenceGflops = 1_000
/** Benchmarks of today's slowest and fastest devices lie between these; what is stated beyond is read as these. */
const gflopsMin = 1
export const gflopsMax = 200_000
const unitMsMin = 1
const unitMsMax = 3_600_000
const unitMsUnknown = 2_000
/** Weight of the newest unit in a provider's learned time. */
const newestShare = 1 / 3
/** One unit, of a tab in the background for instance, moves the learned time as if it had taken so many times as much at most. */
const surpriseMax = 4
/** Of so many providers a job remembers the times; the more vote on its work, the harder it is to mislead. */
export const providersRemembered = 64
/** The median is taken anew after each of the first units, then after so many. */
const unitsPerMedian = 16

export function newForecast(): Forecast {
  return { workMs: undefined, byProvider: new Map(), units: 0 }
}

/** How long a unit of the job will take on this provider's device, in milliseconds. */
export function forecastMs(job: Forecasted, provider: Forecaster): number {
  const learned = job.forecast.byProvider.get(provider.id)
  return learned ? learned.unitMs : unitMsAt(job, speedOf(provider.offer))
}

/** The f32 speed that a provider states, as far as it is believed: 10⁹ operations a second. */
export function speedOf({ speed }: Forecaster['offer']): number {
  return clamp(speed.gflops, gflopsMin, gflopsMax)
}

/** How long a unit takes on a device of this speed of which nothing is known yet, in milliseconds. */
export function unitMsAt({ forecast, terms }: Forecasted, gflops: number): number {
  const workMs = forecast.workMs ?? (terms.needs.targetMs ?? unitMsUnknown) * referenceGflops
  return clamp(workMs / gflops, unitMsMin, unitMsMax)
}

/**
 * Learns from a unit that was committed this long after the provider could begin with it. A provider's own times
 * decide about its own forecast alone; of the job each provider has one vote, however many units it computes.
 */
export function learnUnitTime({ forecast }: Forecasted, provider: Forecaster, tookMs: number): void {
  const { byProvider } = forecast
  const learned = learnedAfter(byProvider.get(provider.id), clamp(tookMs, unitMsMin, unitMsMax))
  const workMs = learned.unitMs * speedOf(provider.offer)
  byProvider.delete(provider.id)
  byProvider.set(provider.id, { ...learned, workMs })
  for (const oldest of byProvider.keys()) {
    if (byProvider.size <= providersRemembered) break
    byProvider.delete(oldest)
  }
  forecast.units += 1
  if (forecast.units <= unitsPerMedian || forecast.units % unitsPerMedian === 0)
    forecast.workMs = medianOf(byProvider)
}

function learnedAfter(former: LearnedTime | undefined, tookMs: number) {
  if (!former) return { unitMs: tookMs, units: 1 }
  const units = former.units + 1
  // The first unit waits for the job's data and for the compiler; the second one does not.
  if (former.units === 1 && tookMs < former.unitMs) return { unitMs: tookMs, units }
  const surprise = clamp(tookMs / former.unitMs, 1 / surpriseMax, surpriseMax)
  return { unitMs: clamp(former.unitMs * surprise ** newestShare, unitMsMin, unitMsMax), units }
}

function medianOf(byProvider: Forecast['byProvider']): number | undefined {
  const works = Float64Array.from(byProvider.values(), ({ workMs }) => workMs).sort()
  return works[(works.length - 1) >> 1]
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
