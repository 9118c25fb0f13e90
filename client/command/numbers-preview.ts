import type { CompleteManifest } from '#protocol/complete-manifest.ts'
import { resultPartsOf, unitSpanOf } from '#protocol/job-plan.ts'
import { elementBytes, numberAt, type ElementType } from '#protocol/elements.ts'
import type { Comparator } from '#protocol/manifest.ts'

const numbersMax = 6

/**
 * The first numbers of each part of a unit's result, in the types that the manifest knows it by.
 *
 * @example '0.25, 0.5, 1, …' or, of several parts, 'counts 1, 2, …; sums 0.5, …'
 */
export function numbersPreview(manifest: CompleteManifest, unit: number, result: Uint8Array): string {
  const parts = resultPartsOf(manifest, unitSpanOf(manifest, unit).count)
  let begin = 0
  const texts = parts.map(({ name, bytes, comparator }) => {
    const types = typesOf(manifest, name, comparator)
    const text = numbersText(types, result.subarray(begin, begin + bytes))
    begin += bytes
    return parts.length === 1 ? text : `${name} ${text}`
  })
  return texts.join('; ')
}

/** Repeating. Whole numbers where nothing says otherwise: what is compared bit by bit mostly is. */
function typesOf(
  { collect }: CompleteManifest,
  name: string,
  comparator: Comparator,
): readonly ElementType[] {
  if (name === collect.buffer && collect.kind === 'array') return [collect.type]
  if (name === collect.buffer && collect.kind === 'table') return Object.values(collect.columns)
  if (comparator.compare !== 'tolerance') return ['u32']
  return [comparator.as ?? 'f32'].flat()
}

function numbersText(types: readonly ElementType[], bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const numbers: string[] = []
  let offset = 0
  for (let index = 0; numbers.length < numbersMax; index += 1) {
    const type = types[index % types.length] ?? 'u32'
    if (offset + elementBytes[type] > bytes.length) break
    numbers.push(`${Number(numberAt(view, offset, type).toPrecision(5))}`)
    offset += elementBytes[type]
  }
  return offset < bytes.length ? `${numbers.join(', ')}, …` : numbers.join(', ')
}
