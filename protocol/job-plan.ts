import { evaluateCount } from './expression.ts'
import { limits } from './limits.ts'
import type { Comparator, Manifest } from './manifest.ts'
import { formatMask, parseMask } from './money.ts'
import { assert } from './assert.ts'
import { Refusal } from './refusal.ts'

/** A unit of a job: the half-open span `[begin, begin + count)` of the manifest's range. */
export interface UnitSpan {
  readonly index: number
  readonly begin: number
  readonly count: number
}

/** What scheduling and pay need to know of a job; all sums in wei. */
export interface JobPlan {
  readonly unitCount: number
  /** Agreeing results needed before a unit is accepted. */
  readonly quorum: number
  /** What the requester pays for one accepted unit, verification included. */
  readonly unitPriceWei: bigint
  /** What each of the `quorum` agreeing results earns: unitPriceWei / quorum, without remainder. */
  readonly unitPayWei: bigint
  readonly costWei: bigint
  readonly budgetWei: bigint
  /** How two results of a unit are compared. */
  readonly comparator: Comparator
}

/** The span of unit `index`. */
export function unitSpanOf(manifest: Manifest, index: number): UnitSpan {
  const [begin, end] = manifest.units.range
  const first = begin + index * manifest.units.granule
  return { index, begin: first, count: Math.min(manifest.units.granule, end - first) }
}

/** The variables an expression may name, for one unit. */
export function variablesOf(span: UnitSpan) {
  return { '$unit.begin': span.begin, '$unit.count': span.count, '$unit.index': span.index, $i: 0 }
}

/** The name and size in bytes of a unit's result buffer. */
export function resultBufferOf(manifest: Manifest, span: UnitSpan): { name: string; bytes: number } {
  const { name, size } = resultPlanOf(manifest)
  return { name, bytes: evaluateCount(size, variablesOf(span)) }
}

function resultPlanOf(manifest: Manifest): { name: string; size: string } {
  for (const [name, buffer] of Object.entries(manifest.buffers))
    if ('bytes' in buffer && buffer.result) return { name, size: buffer.bytes }
  throw new Error('broken assumption: a parsed manifest has a result buffer')
}

/**
 * Works out units, price and comparator.
 *
 * @throws {Refusal} when there are too many units, a result is too large or empty, or the budget does not cover the job.
 */
export function planJob(manifest: Manifest): JobPlan {
  const [begin, end] = manifest.units.range
  const unitCount = Math.ceil((end - begin) / manifest.units.granule)
  if (unitCount > limits.unitsPerJobMax)
    throw new Refusal(
      'tooLarge',
      `The job has ${unitCount} units; at most ${limits.unitsPerJobMax} are allowed.`,
      { where: 'units', next: 'Raise the granule.' },
    )
  checkResultSizes(manifest, unitCount)
  const comparator = manifest.verify[resultPlanOf(manifest).name]
  assert(comparator, 'a parsed manifest has a comparator for its result')
  return { unitCount, quorum: manifest.quorum, comparator, ...planPrice(manifest, unitCount) }
}

/**
 * Every unit's size must be known to be good now: a requester could otherwise make its evaluation fail in the
 * middle of a decision. Sizes depend on the count alone, and only the last unit's count differs, so two looks do.
 */
function checkResultSizes(manifest: Manifest, unitCount: number): void {
  const { name, size } = resultPlanOf(manifest)
  const where = `buffers.${name}.bytes`
  if (/\$unit\.(?:begin|index)/.test(size))
    throw new Refusal('manifestInvalid', `"${size}": the size of a result may depend on $unit.count alone.`, {
      where,
      next: 'Use $unit.count.',
    })
  for (const index of [0, unitCount - 1]) {
    const { bytes } = resultBufferOf(manifest, unitSpanOf(manifest, index))
    if (bytes === 0 || bytes > limits.resultBytesMax || bytes % 4 !== 0)
      throw new Refusal(
        'tooLarge',
        `The result of unit ${index} has ${bytes} bytes; it must be a multiple of 4 from 4 to ${limits.resultBytesMax}.`,
        { where, next: 'Change the granule or the expression.' },
      )
  }
}

function planPrice(manifest: Manifest, unitCount: number) {
  const unitPriceWei = parseMask(manifest.price.perUnitMask)
  const budgetWei = parseMask(manifest.price.budgetMask)
  assert(unitPriceWei !== undefined && budgetWei !== undefined, 'a parsed manifest has well-formed prices')
  if (unitPriceWei % BigInt(manifest.quorum) !== 0n)
    throw new Refusal(
      'priceInvalid',
      `${manifest.price.perUnitMask} MASK cannot be split evenly among ${manifest.quorum} agreeing results.`,
      {
        where: 'price.perUnitMask',
        next: `Choose a price that ${manifest.quorum} divides.`,
      },
    )
  const costWei = unitPriceWei * BigInt(unitCount)
  if (budgetWei < costWei)
    throw new Refusal(
      'budgetTooSmall',
      `${unitCount} units cost ${formatMask(costWei)} MASK; the budget is ${manifest.price.budgetMask}.`,
      {
        where: 'price.budgetMask',
        next: `Raise the budget to at least ${formatMask(costWei)}.`,
      },
    )
  return { unitPriceWei, budgetWei, costWei, unitPayWei: unitPriceWei / BigInt(manifest.quorum) }
}
