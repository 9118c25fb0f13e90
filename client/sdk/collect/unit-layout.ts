import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { resultPartsOf, unitCountOf, unitSpanOf, type UnitSpan } from '#protocol/job-plan.ts'
import { MaskError } from '#client/sdk/mask-error.ts'

interface UnitSizes {
  readonly resultBytes: number
  readonly partBytes: number
  /** Where the collected part begins in the result. */
  readonly partBegin: number
}

/**
 * Where what is collected of each unit lies: in the unit's result, which may have further parts, and in the whole,
 * unit after unit. Only the last unit's size may differ from the others'.
 */
export class UnitLayout {
  readonly unitCount: number
  readonly #manifest: CompleteManifest
  readonly #merged: boolean
  readonly #sizes = new Map<number, UnitSizes>()

  /** With `merged`, there is one unit: what all units' parts were merged into, as large as one of them. */
  constructor(manifest: CompleteManifest, form: 'unit by unit' | 'merged') {
    this.#manifest = manifest
    this.#merged = form === 'merged'
    this.unitCount = this.#merged ? 1 : unitCountOf(manifest.units)
  }

  spanOf(unit: number): UnitSpan {
    return unitSpanOf(this.#manifest, unit)
  }

  /** How much of the whole is this unit's. */
  partBytesOf(unit: number): number {
    return this.#sizesOf(unit).partBytes
  }

  /** Where in the whole the unit's part begins. */
  offsetOf(unit: number): number {
    return unit * this.partBytesOf(0)
  }

  get bytesTotal(): number {
    const last = this.unitCount - 1
    return this.offsetOf(last) + this.partBytesOf(last)
  }

  /**
   * The part of a unit's result that is collected; the same memory.
   *
   * @throws {MaskError} `resultSizeWrong`
   */
  partOf(unit: number, result: Uint8Array): Uint8Array {
    const { resultBytes, partBegin, partBytes } = this.#sizesOf(unit)
    if (result.length === resultBytes) return result.subarray(partBegin, partBegin + partBytes)
    const message = `Unit ${unit} has ${result.length} bytes instead of ${resultBytes}.`
    const next = 'Correct "bytes" of the results in job.json.'
    throw new MaskError('resultSizeWrong', message, { where: `unit ${unit}`, next })
  }

  #sizesOf(unit: number): UnitSizes {
    const { count } = this.spanOf(unit)
    const known = this.#sizes.get(count) ?? this.#measure(count)
    this.#sizes.set(count, known)
    return known
  }

  #measure(count: number): UnitSizes {
    let [resultBytes, partBegin, partBytes] = [0, 0, 0]
    for (const { name, bytes } of resultPartsOf(this.#manifest, count)) {
      if (name === this.#manifest.collect.buffer) [partBegin, partBytes] = [resultBytes, bytes]
      resultBytes += bytes
    }
    return this.#merged
      ? { resultBytes: partBytes, partBytes, partBegin: 0 }
      : { resultBytes, partBytes, partBegin }
  }
}

/** The wrong manifest, by field. */
export function collectInvalid(where: string, what: string, next: string): MaskError {
  return new MaskError('manifestInvalid', `job.json, ${where}: ${what}.`, { where, next })
}

/** More than fits into memory in one piece. */
export function tooLargeToHold(what: string): MaskError {
  const next = 'Take the results piece by piece with job.results().'
  const message = `The result has ${what}: too much to hold in one piece.`
  return new MaskError('resultTooLarge', message, { where: 'collect', next })
}
