import { equalBytes } from './bytes.ts'
import { countOutside, elementCountOf, type ElementCount } from './compare-elements.ts'
import type { ResultPart } from './job-plan.ts'
import { limits } from './limits.ts'
import { spotsPerUnit } from './spots-per-unit.ts'

/**
 * What a spot wrote of its unit's result: the concatenated parts, in the order of `resultPartsOf`, as runs of whole
 * words. Runs are in order and never touch, so that there is one way to say it.
 */
export interface WrittenSpot {
  /** Offset and length in bytes of each run, one pair after the other; multiples of four. */
  readonly runs: Uint32Array
  /** The bytes of all runs, one after the other. */
  readonly bytes: Uint8Array
}

/** `empty`: nothing was written, so nothing is said. */
export type SpotVerdict = 'agrees' | 'disagrees' | 'empty'

const wordBytes = 4
const pairBytes = 8

/** A bundle of spots as one result: of each the number of its runs, their pairs, their bytes; u32, little-endian. */
export function encodeSpots(spots: readonly WrittenSpot[]): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(spots.reduce((sum, spot) => sum + encodedBytesOf(spot), 0))
  const view = new DataView(encoded.buffer)
  let at = 0
  for (const { runs, bytes } of spots) {
    view.setUint32(at, runs.length / 2, true)
    at += wordBytes
    for (const value of runs) {
      view.setUint32(at, value, true)
      at += wordBytes
    }
    encoded.set(bytes, at)
    at += bytes.length
  }
  return encoded
}

/**
 * How many spots one bundle may hold, so that it fits into a message even where every second word of a spot is written:
 * then a run takes three times the bytes it tells of.
 *
 * @param resultBytes the size of a unit's whole result.
 */
export function spotsPerBundleMaxOf(resultBytes: number): number {
  const spotBytes = wordBytes + Math.ceil(resultBytes / spotsPerUnit) * 3
  return Math.max(1, Math.min(limits.spotsPerBundleMax, Math.floor(limits.resultBytesMax / spotBytes)))
}

/** How long a spot is in a bundle. */
export function encodedBytesOf({ runs, bytes }: WrittenSpot): number {
  return wordBytes + wordBytes * runs.length + bytes.length
}

/**
 * Reads a bundle that a stranger sent.
 *
 * @param unitBytes the size of the whole result of each spot's unit, in the order of the spots.
 * @returns one for each spot; `undefined` for bytes that `encodeSpots` makes of no such spots.
 */
export function decodeSpots(
  bundle: Uint8Array,
  unitBytes: readonly number[],
): readonly WrittenSpot[] | undefined {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  const spots: WrittenSpot[] = []
  let at = 0
  for (const resultBytes of unitBytes) {
    if (at + wordBytes > bundle.length) return undefined
    const count = view.getUint32(at, true)
    at += wordBytes
    if (count * (pairBytes + wordBytes) > bundle.length - at) return undefined
    const runs = decodeRuns(view, at, count, resultBytes)
    if (!runs) return undefined
    at += count * pairBytes
    if (at + runs.bytes > bundle.length) return undefined
    spots.push({ runs: runs.pairs, bytes: bundle.subarray(at, at + runs.bytes) })
    at += runs.bytes
  }
  return at === bundle.length ? spots : undefined
}

function decodeRuns(view: DataView, at: number, count: number, resultBytes: number) {
  const pairs = new Uint32Array(2 * count)
  let bytes = 0
  let free = 0
  for (let index = 0; index < count; index += 1) {
    const offset = view.getUint32(at + index * pairBytes, true)
    const length = view.getUint32(at + index * pairBytes + wordBytes, true)
    if (offset % wordBytes !== 0 || length % wordBytes !== 0 || length === 0) return undefined
    if (offset < free || offset + length > resultBytes) return undefined
    // Two that touch are one.
    free = offset + length + wordBytes
    pairs[2 * index] = offset
    pairs[2 * index + 1] = length
    bytes += length
  }
  return { pairs, bytes }
}

/**
 * Compares what a spot wrote, and nothing else, with the result that it checks, each part by its comparator.
 *
 * A tolerance's share of outliers is one of a whole unit, and outliers come in clusters. So a spot is granted as many
 * as the whole part may have, lest an honest unit be accused of what it is allowed; but never more than a
 * quarter of the numbers that it wrote, lest a spot could say nothing.
 *
 * @param spot within the bounds of `primary`, as `decodeSpots` makes sure.
 * @param primary the unit's whole result.
 */
export function spotAgrees(
  spot: WrittenSpot,
  primary: Uint8Array,
  parts: readonly ResultPart[],
): SpotVerdict {
  if (spot.runs.length === 0) return 'empty'
  let begin = 0
  for (const part of parts) {
    if (!partAgrees(spot, primary, begin, part)) return 'disagrees'
    begin += part.bytes
  }
  return 'agrees'
}

function partAgrees(
  spot: WrittenSpot,
  primary: Uint8Array,
  begin: number,
  { bytes, comparator }: ResultPart,
): boolean {
  if (comparator.compare !== 'tolerance') {
    for (const { actual, offset } of stretchesIn(spot, begin, begin + bytes))
      if (!equalBytes(actual, primary.subarray(offset, offset + actual.length))) return false
    return true
  }
  const written: ElementCount = { elements: 0, outside: 0 }
  for (const { actual, offset } of stretchesIn(spot, begin, begin + bytes)) {
    const expected = primary.subarray(offset, offset + actual.length)
    countOutside(written, { begin: offset - begin, actual, expected }, comparator)
  }
  const granted = comparator.outliers * elementCountOf(bytes, comparator)
  return written.outside <= Math.min(granted, outliersOfSpotMax * written.elements)
}

const outliersOfSpotMax = 1 / 4

/** The runs that lie in [begin, end) of the result, cut to it; a run may reach from one part into the next. */
function* stretchesIn({ runs, bytes }: WrittenSpot, begin: number, end: number) {
  let at = 0
  for (let pair = 0; pair < runs.length; pair += 2) {
    const offset = runs[pair] ?? 0
    const length = runs[pair + 1] ?? 0
    const from = Math.max(offset, begin)
    const to = Math.min(offset + length, end)
    if (from < to) yield { offset: from, actual: bytes.subarray(at + from - offset, at + to - offset) }
    at += length
  }
}
