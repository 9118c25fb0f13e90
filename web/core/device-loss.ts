/**
 * What to do when the GPU goes away. Chromium (156, measured) takes the first death of its GPU process in its stride;
 * after a second within two minutes workers get no adapter for two more; after a third there is none until the
 * browser is started again.
 */
export interface GpuRecord {
  /** Losses that lie close enough together to count as one row. */
  readonly losses: number
  readonly lostAtMs: number
  /** Waits since the last loss or the last adapter that was found. */
  readonly waits: number
}

export type GpuVerdict =
  { readonly kind: 'goOn' } | { readonly kind: 'wait'; readonly waitMs: number } | { readonly kind: 'giveUp' }

export const healthyGpu: GpuRecord = { losses: 0, lostAtMs: -Infinity, waits: 0 }

/** A second loss this soon after the first is one too many for the browser. */
const rowMs = 2 * 60_000
/** A loss this long after the last one is a first one again. */
const forgottenMs = 10 * 60_000
const lossesMax = 3
/** Before each look whether there is an adapter again; in sum more than the two minutes that browsers deny one. */
const waitsMs = [5_000, 10_000, 20_000, 40_000, 80_000, 130_000] as const

/** A device was lost. */
export function noteLoss(before: GpuRecord, nowMs: number): { record: GpuRecord; verdict: GpuVerdict } {
  const sinceMs = nowMs - before.lostAtMs
  const losses = sinceMs > forgottenMs ? 1 : before.losses + 1
  const record = { losses, lostAtMs: nowMs, waits: 0 }
  if (losses >= lossesMax) return { record, verdict: { kind: 'giveUp' } }
  return losses > 1 && sinceMs <= rowMs ? waitLonger(record) : { record, verdict: { kind: 'goOn' } }
}

/** There was no adapter when one was asked for. */
export function noteMissing(before: GpuRecord): { record: GpuRecord; verdict: GpuVerdict } {
  return waitLonger(before)
}

/** There is an adapter again. */
export function noteFound(before: GpuRecord): GpuRecord {
  return { ...before, waits: 0 }
}

function waitLonger(before: GpuRecord): { record: GpuRecord; verdict: GpuVerdict } {
  const waitMs = waitsMs[before.waits]
  const record = { ...before, waits: before.waits + 1 }
  return { record, verdict: waitMs === undefined ? { kind: 'giveUp' } : { kind: 'wait', waitMs } }
}
