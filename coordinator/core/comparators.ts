import { unreachable } from '#protocol/assert.ts'
import { equalBytes } from '#protocol/bytes.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import { elementBytes, isFloat, numberAt, type ElementType } from '#protocol/elements.ts'
import type { Comparator } from '#protocol/manifest.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import { widenHalfFloats } from '#protocol/pixels/half-float.ts'

type Tolerance = Extract<Comparator, { compare: 'tolerance' }>

/**
 * Whether a result by itself may take part in a comparison.
 * A finished promise is no proof that a kernel ran: an unwritten buffer still shows the runner's poison.
 *
 * @param parts of the unit's result, in the order of its bytes.
 * @returns the reason to refuse it, or undefined.
 */
export function inspectResult(result: Uint8Array, parts: readonly ResultPart[]): RefusalReason | undefined {
  const bytesExpected = parts.reduce((sum, part) => sum + part.bytes, 0)
  if (result.length !== bytesExpected) return 'resultSizeWrong'
  for (const { bytes, comparator } of split(result, parts)) {
    if (comparator.compare !== 'tolerance') continue
    for (const { values } of columnsOf(bytes, comparator.as ?? 'f32'))
      for (const value of values) if (!Number.isFinite(value)) return 'resultNotFinite'
  }
  return undefined
}

/**
 * Whether `result` agrees with `canonical` (same length in bytes), each part by its comparator.
 * Not transitive, so results are only ever compared with a canonical one.
 */
export function agrees(result: Uint8Array, canonical: Uint8Array, parts: readonly ResultPart[]): boolean {
  const expected = [...split(canonical, parts)]
  return [...split(result, parts)].every(({ bytes, comparator }, place) =>
    partAgrees(bytes, expected[place]?.bytes ?? new Uint8Array(), comparator),
  )
}

/** The share of a result's elements that are not what the canonical one says: of `exact` parts, of its bytes. */
export function shareWrong(result: Uint8Array, canonical: Uint8Array, parts: readonly ResultPart[]): number {
  const expected = [...split(canonical, parts)]
  let wrong = 0
  let elements = 0
  for (const [place, { bytes, comparator }] of [...split(result, parts)].entries()) {
    const other = expected[place]?.bytes ?? new Uint8Array()
    const counts =
      comparator.compare === 'tolerance' ? countOutside(bytes, other, comparator) : countUnequal(bytes, other)
    wrong += counts.outside
    elements += counts.elements
  }
  return elements === 0 ? 0 : wrong / elements
}

function countUnequal(result: Uint8Array, canonical: Uint8Array) {
  let outside = 0
  for (let index = 0; index < canonical.length; index += 1)
    if (result[index] !== canonical[index]) outside += 1
  return { outside, elements: canonical.length }
}

function partAgrees(result: Uint8Array, canonical: Uint8Array, comparator: Comparator): boolean {
  switch (comparator.compare) {
    // Where a verify kernel says whether a result is good, that two are the same is another thing.
    case 'exact':
    case 'checker':
      return equalBytes(result, canonical)
    case 'tolerance':
      return withinTolerance(result, canonical, comparator)
    default:
      return unreachable(comparator)
  }
}

/**
 * |a − b| ≤ atol + rtol·|b| for all but a fraction `outliers` of the elements; b is canonical's.
 * `rtol` is for floats: a whole number such as an index is not nearly right.
 */
function withinTolerance(result: Uint8Array, canonical: Uint8Array, tolerance: Tolerance): boolean {
  const { outside, elements } = countOutside(result, canonical, tolerance)
  return outside <= tolerance.outliers * elements
}

function countOutside(result: Uint8Array, canonical: Uint8Array, tolerance: Tolerance) {
  const { atol, rtol, as = 'f32' } = tolerance
  const actual = columnsOf(result, as)
  let elements = 0
  let outside = 0
  for (const [place, { element, values: expected }] of columnsOf(canonical, as).entries()) {
    const values = actual[place]?.values ?? []
    const share = isFloat(element) ? rtol : 0
    elements += expected.length
    for (let index = 0; index < expected.length; index += 1) {
      const wanted = expected[index] ?? NaN
      // Written so that NaN counts as an outlier.
      if (!(Math.abs((values[index] ?? NaN) - wanted) <= atol + share * Math.abs(wanted))) outside += 1
    }
  }
  return { outside, elements }
}

function* split(result: Uint8Array, parts: readonly ResultPart[]) {
  let begin = 0
  for (const { bytes, comparator } of parts) {
    yield { bytes: result.subarray(begin, begin + bytes), comparator }
    begin += bytes
  }
}

interface Column {
  readonly element: ElementType
  readonly values: ArrayLike<number> & Iterable<number>
}

/** The numbers in some bytes: in one column, or of a repeating list of types in one for each place of the list. */
function columnsOf(bytes: Uint8Array, as: ElementType | readonly ElementType[]): Column[] {
  // Copies when they do not lie on a 4-byte boundary, as a message's payload may not.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  if (!Array.isArray(as))
    return [{ element: as as ElementType, values: numbersOf(aligned, as as ElementType) }]
  const pattern = as as readonly ElementType[]
  const stride = pattern.reduce((sum, element) => sum + elementBytes[element], 0)
  const view = new DataView(aligned.buffer, aligned.byteOffset, aligned.byteLength)
  let offset = 0
  return pattern.map((element) => {
    const first = offset
    offset += elementBytes[element]
    // A number that the end of the bytes cuts off is not one.
    const count = Math.max(0, Math.floor((bytes.length - first - elementBytes[element]) / stride) + 1)
    const values = Array.from({ length: count }, (_, row) => numberAt(view, first + row * stride, element))
    return { element, values }
  })
}

function numbersOf(bytes: Uint8Array, element: ElementType): Column['values'] {
  const { buffer, byteOffset, length } = bytes
  switch (element) {
    case 'f32':
      return new Float32Array(buffer, byteOffset, Math.floor(length / 4))
    case 'i32':
      return new Int32Array(buffer, byteOffset, Math.floor(length / 4))
    case 'u32':
      return new Uint32Array(buffer, byteOffset, Math.floor(length / 4))
    case 'f16':
      return widenHalfFloats(new Uint16Array(buffer, byteOffset, Math.floor(length / 2)))
    case 'i16':
      return new Int16Array(buffer, byteOffset, Math.floor(length / 2))
    case 'u16':
      return new Uint16Array(buffer, byteOffset, Math.floor(length / 2))
    case 'i8':
      return new Int8Array(buffer, byteOffset, length)
    case 'u8':
      return bytes
    default:
      return unreachable(element)
  }
}
