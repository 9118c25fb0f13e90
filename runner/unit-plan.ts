import { isScratch, type CompleteManifest } from '#protocol/complete-manifest.ts'
import { evaluateCount, type Variables } from '#protocol/expression.ts'
import { resultPartsOf, unitSpanOf, unitVariablesOf, type ResultPart } from '#protocol/job-plan.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import { textureShapeOf, type TextureShape } from './texture-shape.ts'
import type { LiveVariables } from './walk-steps.ts'

/** A manifest's sizes worked out for one unit. */
export interface UnitPlan {
  readonly index: number
  /** The unit's own; the walk over its steps writes the counters into it. */
  readonly variables: LiveVariables
  /** Sizes of scratch and results, rounded up to whole words. */
  readonly bufferBytes: ReadonlyMap<string, number>
  readonly textures: ReadonlyMap<string, TextureShape>
  /** Of each sliced input, the bytes [begin, end) that are the unit's; of a given one, all of them. */
  readonly slices: ReadonlyMap<string, { readonly begin: number; readonly end: number }>
  /** In the order of the result's bytes. */
  readonly parts: readonly ResultPart[]
  readonly resultBytes: number
}

/**
 * Works out what unit `index` needs.
 *
 * @param row the unit's row of a units list.
 * @throws {Refusal} `expressionInvalid`, or `tooLarge` for a result that no message can carry.
 */
export function planUnit(manifest: CompleteManifest, index: number, row?: readonly number[]): UnitPlan {
  const span = unitSpanOf(manifest, index)
  const variables = unitVariablesOf(manifest, span, row)
  const parts = resultPartsOf(manifest, span.count)
  const resultBytes = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  if (resultBytes > limits.resultBytesMax || parts.some(({ bytes }) => bytes === 0 || bytes % 4 !== 0))
    throw new Refusal('tooLarge', `The result of unit ${index} has ${resultBytes} bytes.`)
  const slices = new Map<string, { begin: number; end: number }>()
  for (const [name, { slice, given }] of Object.entries(manifest.inputs)) {
    const end = span.begin + span.count
    if (given !== undefined) slices.set(name, { begin: 0, end: evaluateCount(given, variables) })
    else if (slice) slices.set(name, { begin: span.begin * slice.stride, end: end * slice.stride })
  }
  return {
    index,
    variables,
    bufferBytes: bufferBytesOf(manifest, variables),
    textures: texturesOf(manifest, variables),
    slices,
    parts,
    resultBytes,
  }
}

function bufferBytesOf(manifest: CompleteManifest, variables: Variables): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const [name, buffer] of Object.entries(manifest.buffers))
    if (isScratch(buffer)) sizes.set(name, wholeWords(evaluateCount(buffer.bytes, variables)))
  return sizes
}

function texturesOf(manifest: CompleteManifest, variables: Variables): Map<string, TextureShape> {
  const plans = Object.entries(manifest.textures)
  return new Map(plans.map(([name, plan]) => [name, textureShapeOf(name, plan, variables)]))
}

/** WebGPU binds and copies whole words only, and nothing empty. */
export function wholeWords(bytes: number): number {
  return Math.max(4, Math.ceil(bytes / 4) * 4)
}
