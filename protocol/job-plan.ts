import { assert } from './assert.ts'
import { isScratch, resultNamesOf, type CompleteManifest, type CompleteUnits } from './complete-manifest.ts'
import {
  evaluateAmount,
  evaluateCount,
  parseExpression,
  variablesIn,
  type Amount,
  type Variables,
} from './expression.ts'
import { countersOf } from './manifest-expressions.ts'
import { limits } from './limits.ts'
import type { Comparator, Manifest } from './manifest-schema.ts'
import { formatMask, parseMask } from './money.ts'
import { Refusal } from './refusal.ts'
import { spotsPerUnit } from './spots-per-unit.ts'
import { textureFacts } from './texture-formats.ts'

/** A unit of a job: the half-open span `[begin, begin + count)` of the range; of a list, one row. */
export interface UnitSpan {
  readonly index: number
  readonly begin: number
  readonly count: number
}

/** What scheduling and pay need to know of a job; all sums in wei. */
export interface JobPlan {
  readonly unitCount: number
  /** Agreeing results needed before a unit is accepted; 1: a unit is computed once, and checked as a beacon says. */
  readonly quorum: number
  /** What the requester pays for one accepted unit: all its results with a fixed quorum; each result where it is 1. */
  readonly unitPriceWei: bigint
  /** What each of the `quorum` agreeing results earns: unitPriceWei / quorum, without remainder. */
  readonly unitPayWei: bigint
  /** The most that the job can cost; what must be in the escrow before it starts. */
  readonly costWei: bigint
  readonly budgetWei: bigint
}

/** One buffer or texture of a unit's result, and how it is compared. The parts follow one another without gap. */
export interface ResultPart {
  readonly name: string
  readonly bytes: number
  readonly comparator: Comparator
}

export function unitCountOf(units: CompleteUnits): number {
  if ('list' in units) return units.count
  const [begin, end] = units.range
  return Math.ceil((end - begin) / units.granule)
}

/** The span of unit `index`. */
export function unitSpanOf({ units }: Pick<CompleteManifest, 'units'>, index: number): UnitSpan {
  if ('list' in units) return { index, begin: index, count: 1 }
  const [begin, end] = units.range
  const first = begin + index * units.granule
  return { index, begin: first, count: Math.min(units.granule, end - first) }
}

/** The manifest's named parameters, in order; a later one may use earlier ones. @throws {Refusal} `expressionInvalid` */
export function parametersOf(manifest: Pick<Manifest, 'parameters'>): Record<string, number> {
  const values: Record<string, number> = {}
  for (const [name, amount] of Object.entries(manifest.parameters))
    values[`$${name}`] = evaluateAmount(amount, values)
  return values
}

/**
 * The variables an expression of the manifest may name, for one unit.
 *
 * @param row the unit's row of a units list, in the order of its columns.
 */
export function unitVariablesOf(
  manifest: Pick<CompleteManifest, 'parameters' | 'units' | 'passes'>,
  span: UnitSpan,
  row: readonly number[] = [],
): Record<string, number> {
  const columns = 'list' in manifest.units ? manifest.units.columns : []
  return {
    ...parametersOf(manifest),
    ...Object.fromEntries(columns.map((column, place) => [`$unit.${column}`, row[place] ?? NaN])),
    '$unit.begin': span.begin,
    '$unit.count': span.count,
    '$unit.index': span.index,
    $i: 0,
    // A uniform may be bound inside of a repeat and outside, where nothing has been counted yet.
    ...Object.fromEntries(countersOf(manifest.passes).map((counter) => [counter, 0])),
  }
}

/**
 * The parts of a unit's result, in the order of their bytes.
 *
 * @param count the unit's count, on which alone sizes may depend.
 * @throws {Refusal} `expressionInvalid`, or `manifestInvalid` for a size that names anything else of a unit.
 */
export function resultPartsOf(manifest: CompleteManifest, count: number): ResultPart[] {
  const variables = { ...parametersOf(manifest), '$unit.count': count }
  return resultNamesOf(manifest).map((name) => {
    const comparator = manifest.verify[name]
    assert(comparator, 'a complete manifest has a comparator for each result')
    return { name, comparator, bytes: sizeOf(manifest, name, variables) }
  })
}

/** The size in bytes of a unit's whole result. */
export function resultBytesOf(manifest: CompleteManifest, count: number): number {
  return resultPartsOf(manifest, count).reduce((sum, part) => sum + part.bytes, 0)
}

function sizeOf(manifest: CompleteManifest, name: string, variables: Variables): number {
  const buffer = Object.hasOwn(manifest.buffers, name) ? manifest.buffers[name] : undefined
  if (buffer && isScratch(buffer)) return sizeIn(buffer.bytes, variables, `buffers.${name}.bytes`)
  const texture = manifest.textures[name]
  assert(texture, 'a result is a buffer or a texture')
  const texels = texture.size.reduce(
    (product: number, side) => product * sizeIn(side, variables, `textures.${name}.size`),
    1,
  )
  return texels * textureFacts(texture.format).texelBytes
}

/** As `evaluateCount`, with the place in the refusal. */
function sizeIn(amount: Amount, variables: Variables, where: string): number {
  try {
    return evaluateCount(amount, variables)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('expressionInvalid', `job.json, ${where}: ${error.message}`, {
      where,
      next: error.next ?? 'Correct the expression.',
    })
  }
}

/**
 * Works out units and price.
 *
 * @throws {Refusal} when there are too many units, a result is too large or empty, or the budget does not cover the job.
 */
export function planJob(manifest: CompleteManifest): JobPlan {
  const unitCount = unitCountOf(manifest.units)
  if (unitCount > limits.unitsPerJobMax)
    throw new Refusal(
      'tooLarge',
      `The job has ${unitCount} units; at most ${limits.unitsPerJobMax} are allowed.`,
      { where: 'units', next: 'Raise the granule.' },
    )
  checkResultSizes(manifest, unitCount)
  return { unitCount, quorum: manifest.quorum, ...planPrice(manifest, unitCount) }
}

/**
 * Every unit's size must be known to be good now: a requester could otherwise make its evaluation fail in the
 * middle of a decision. Sizes depend on the count alone, and only the last unit's count differs, so two looks do.
 *
 * @throws {Refusal} `tooLarge`, `manifestInvalid` or `expressionInvalid`
 */
export function checkResultSizes(manifest: CompleteManifest, unitCount: number): void {
  for (const name of resultNamesOf(manifest)) checkSizeNames(manifest, name)
  for (const index of [0, unitCount - 1]) {
    const parts = resultPartsOf(manifest, unitSpanOf(manifest, index).count)
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
    const odd = parts.find(({ bytes }) => bytes === 0 || bytes % 4 !== 0)
    if (!odd && total <= limits.resultBytesMax) continue
    const { name, bytes } = odd ?? parts.reduce((most, part) => (part.bytes > most.bytes ? part : most))
    const of = odd || parts.length === 1 ? `"${name}"` : 'The result'
    throw new Refusal(
      'tooLarge',
      `${of} of unit ${index} has ${odd ? bytes : total} bytes; it must be a multiple of 4 from 4 to ${limits.resultBytesMax}.`,
      { where: whereOf(manifest, name), next: 'Change the granule or the expression.' },
    )
  }
}

function checkSizeNames(manifest: CompleteManifest, name: string): void {
  const buffer = Object.hasOwn(manifest.buffers, name) ? manifest.buffers[name] : undefined
  const texture = manifest.textures[name]
  const amounts = buffer && isScratch(buffer) ? [buffer.bytes] : (texture?.size ?? [])
  for (const amount of amounts)
    for (const variable of typeof amount === 'string' ? variablesIn(parseExpression(amount)) : [])
      if (variable === '$i' || (variable.startsWith('$unit.') && variable !== '$unit.count'))
        throw new Refusal(
          'manifestInvalid',
          `"${amount}": the size of a result may depend on $unit.count and parameters alone.`,
          { where: whereOf(manifest, name), next: 'Use $unit.count.' },
        )
}

function whereOf(manifest: CompleteManifest, name: string): string {
  return Object.hasOwn(manifest.buffers, name) ? `buffers.${name}.bytes` : `textures.${name}.size`
}

function planPrice({ price, quorum }: CompleteManifest, unitCount: number) {
  const unitPriceWei = parseMask(price.perUnitMask)
  const budgetWei = parseMask(price.budgetMask)
  assert(unitPriceWei !== undefined && budgetWei !== undefined, 'a parsed manifest has well-formed prices')
  const parts = quorum === 1 ? spotsPerUnit : quorum
  if (unitPriceWei % BigInt(parts) !== 0n)
    throw new Refusal(
      'priceInvalid',
      `${price.perUnitMask} MASK cannot be split evenly among ${parts} ${quorum === 1 ? 'spots of a unit' : 'agreeing results'}.`,
      { where: 'price.perUnitMask', next: `Choose a price that ${parts} divides.` },
    )
  const costWei = costPerUnitWei(unitPriceWei, quorum) * BigInt(unitCount)
  if (budgetWei < costWei)
    throw new Refusal(
      'budgetTooSmall',
      `${unitCount} units cost ${quorum === 1 ? 'up to ' : ''}${formatMask(costWei)} MASK; the budget is ${price.budgetMask}.`,
      {
        where: 'price.budgetMask',
        next: `Raise the budget to at least ${formatMask(costWei)}.${quorum === 1 ? ' What checks do not use is given back.' : ''}`,
      },
    )
  return { unitPriceWei, budgetWei, costWei, unitPayWei: unitPriceWei / BigInt(quorum) }
}

/**
 * The most that a unit can cost. One that is audited is computed twice at most, and before that two of its spots may
 * have been re-run.
 */
function costPerUnitWei(unitPriceWei: bigint, quorum: number): bigint {
  return quorum === 1 ? 2n * unitPriceWei + 2n * (unitPriceWei / BigInt(spotsPerUnit)) : unitPriceWei
}
