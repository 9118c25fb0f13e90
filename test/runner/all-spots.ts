import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { decodeSpots, spotAgrees, type SpotVerdict, type WrittenSpot } from '#protocol/spot-results.ts'
import { spotsPerUnit } from '#protocol/spots-per-unit.ts'
import type { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource, RunOptions } from '#runner/job-source.ts'

/** All spots of a unit, beside the whole. */
export interface AllSpots {
  readonly whole: Uint8Array<ArrayBuffer>
  readonly spots: readonly WrittenSpot[]
  /** What each says of a result. */
  readonly verdictsOn: (result: Uint8Array) => SpotVerdict[]
}

/** Runs a unit, and then each of its spots. */
export async function runAllSpots(
  child: RunnerChild,
  source: JobSource,
  unit: number,
  options: Pick<RunOptions, 'tileWorkgroups'> & { readonly wallMs: number },
): Promise<AllSpots> {
  const { result: whole } = await child.run(source, unit, { wallMs: options.wallMs })
  const places = Array.from({ length: spotsPerUnit }, (_, spot) => [unit, spot] as const)
  const { result } = await child.runSpots(source, places, options)
  const spots = decodeSpots(
    result,
    places.map(() => whole.length),
  )
  if (!spots) throw new Error('a runner encodes what can be decoded')
  const parts = resultPartsOf(source.manifest, unitSpanOf(source.manifest, unit).count)
  return { whole, spots, verdictsOn: (changed) => spots.map((spot) => spotAgrees(spot, changed, parts)) }
}

/** Where each spot wrote, as one flag for each byte of the result. */
export function bytesWritten(spots: readonly WrittenSpot[], resultBytes: number): Uint8Array {
  const written = new Uint8Array(resultBytes)
  for (const spot of spots)
    for (const [offset, length] of runsOf(spot)) written.fill(1, offset, offset + length)
  return written
}

export function runsOf({ runs }: WrittenSpot): (readonly [offset: number, length: number])[] {
  return Array.from(
    { length: runs.length / 2 },
    (_, index) => [runs[2 * index] ?? 0, runs[2 * index + 1] ?? 0] as const,
  )
}
