/** How hard the GPU may be driven; the runner keeps to it. */
export interface PaceWish {
  /** What one submit should take: everything else on the screen waits for it. */
  readonly submitMs: number
  /** Above 0, up to 1: the share of time in which the GPU may be kept busy. */
  readonly duty: number
}

/** What a page can see of the person in front of it. */
export interface Attention {
  readonly visible: boolean
  /** Since the last key, click, wheel or move in this tab; Infinity when there was none. */
  readonly sinceInputMs: number
}

/** Half a frame at 60 Hz, a whole one, and what nobody sees. */
const submitMs = { handsOn: 8, watched: 16, unwatched: 50 } as const
/** Hands on the page: what is touched should answer at once. */
const handsOnMs = 2_000
const watchedMs = 60_000

/** The share of GPU time a contributor lends unless they say otherwise, in percent. */
export const usualIntensity = 25
export const intensityMin = 5
export const intensityStep = 5

/**
 * The pace for a contributor who lends `intensity` percent of the GPU's time.
 *
 * @example paceOf({ visible: true, sinceInputMs: 500 }, 25) // { submitMs: 8, duty: 0.25 }
 */
export function paceOf(attention: Attention, intensity: number): PaceWish {
  return { submitMs: submitMsOf(attention), duty: clampIntensity(intensity) / 100 }
}

function submitMsOf({ visible, sinceInputMs }: Attention): number {
  if (!visible || sinceInputMs >= watchedMs) return submitMs.unwatched
  return sinceInputMs < handsOnMs ? submitMs.handsOn : submitMs.watched
}

/** When the pace changes next without anybody doing anything, from now; undefined when it does not. */
export function paceHoldsMs({ visible, sinceInputMs }: Attention): number | undefined {
  if (!visible || sinceInputMs >= watchedMs) return undefined
  return (sinceInputMs < handsOnMs ? handsOnMs : watchedMs) - sinceInputMs
}

/** The nearest intensity the page offers: whole steps of `intensityStep` percent from `intensityMin` to 100. */
export function clampIntensity(intensity: number): number {
  const step = Math.round(intensity / intensityStep) * intensityStep
  return Math.min(100, Math.max(intensityMin, step))
}
