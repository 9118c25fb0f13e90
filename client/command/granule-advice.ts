import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { resultBytesOf, unitSpanOf } from '#protocol/job-plan.ts'
import { limits } from '#protocol/limits.ts'

/** Units of one to five seconds: handing out and checking disappears beside them, and a tab that goes loses little. */
const goodMs = { least: 1_000, aim: 2_000, most: 5_000 }
/** A guess that is good enough to choose a granule by: a processor's few GFLOP/s beside a GPU's hundreds. */
const softwareSlowness = 100
const software = /swiftshader|llvmpipe|lavapipe|warp|software/i

/** How long units take, and what would make them better. */
export interface Advice {
  /** On this machine, on average. */
  readonly unitMs: number
  /** On a common GPU: an estimate where this machine has none. */
  readonly gpuUnitMs: number
  /** For units of about two seconds on a GPU; null where the units are a list. */
  readonly granule: number | null
  readonly lines: readonly string[]
}

/** What to say about the size of units, from those that ran. */
export function adviceOn(
  manifest: CompleteManifest,
  tried: readonly { readonly unit: number; readonly ms: number }[],
  adapter: string,
): Advice {
  const onCpu = software.test(adapter)
  const totalMs = tried.reduce((sum, { ms }) => sum + ms, 0)
  const positions = tried.reduce((sum, { unit }) => sum + unitSpanOf(manifest, unit).count, 0)
  const unitMs = totalMs / tried.length
  const slowness = onCpu ? softwareSlowness : 1
  const gpuUnitMs = unitMs / slowness
  const granule = granuleFor(manifest, totalMs / positions / slowness)
  const lines = [
    `A unit takes about ${durationText(unitMs)} here.`,
    ...(onCpu
      ? [
          `${adapter} computes on the CPU. A GPU is about ${softwareSlowness} times faster: a unit would take some ${durationText(gpuUnitMs)} there.`,
        ]
      : []),
    sizeLine(manifest, gpuUnitMs, granule),
  ]
  return { unitMs, gpuUnitMs, granule, lines }
}

function sizeLine({ units }: CompleteManifest, unitMs: number, granule: number | null): string {
  if (unitMs >= goodMs.least && unitMs <= goodMs.most) return 'That is a good size for a unit.'
  if (granule === null || !('range' in units))
    return `Good are one to five seconds: put ${unitMs < goodMs.least ? 'more' : 'less'} work into a row of the list.`
  const [begin, end] = units.range
  if (granule === units.granule) return 'Good are one to five seconds; another granule does not get closer.'
  const all = granule >= end - begin ? ', which is all there is: the job is small' : ''
  return `Good are one to five seconds: try "granule": ${granule}${all} (now ${units.granule}).`
}

function granuleFor(manifest: CompleteManifest, positionMs: number): number | null {
  const { units } = manifest
  if (!('range' in units)) return null
  const [begin, end] = units.range
  const wanted = Math.max(1, goodMs.aim / positionMs)
  let granule = Math.min(
    end - begin,
    isPowerOfTwo(units.granule) ? 2 ** Math.round(Math.log2(wanted)) : rounded(wanted),
  )
  while (granule > 1 && resultBytesOf(manifest, granule) > limits.resultBytesMax)
    granule = Math.floor(granule / 2)
  return granule
}

/** A person who chose 256 did so for the machine, not by counting in tens. */
function isPowerOfTwo(granule: number): boolean {
  return granule > 1 && Number.isInteger(Math.log2(granule))
}

/** 1, 2 or 5 and noughts. */
function rounded(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(value))
  return ten * ([1, 2, 5].findLast((step) => step * ten <= value) ?? 1)
}

export function durationText(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toPrecision(3)} s`
  return ms >= 10 ? `${Math.round(ms)} ms` : `${Number(ms.toPrecision(2))} ms`
}
