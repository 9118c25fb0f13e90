import { elementBytes, isFloat, numberAt, type ElementType } from './elements.ts'
import type { Comparator } from './manifest-schema.ts'

type Tolerance = Extract<Comparator, { compare: 'tolerance' }>

/** How many numbers were compared, and how many of them were too far off. */
export interface ElementCount {
  elements: number
  outside: number
}

/** A stretch of a result's part, and the same stretch as somebody else has it. */
export interface Stretch {
  /** Where it begins in the part: a repeating list of types is counted from the part's first byte. */
  readonly begin: number
  readonly actual: Uint8Array
  readonly expected: Uint8Array
}

/** How many whole numbers a part of so many bytes has. */
export function elementCountOf(bytes: number, { as }: Tolerance): number {
  const elements = typesOf(as)
  const stride = strideOf(elements)
  let count = Math.floor(bytes / stride) * elements.length
  let left = bytes % stride
  for (const element of elements) {
    left -= elementBytes[element]
    if (left >= 0) count += 1
  }
  return count
}

/**
 * Counts into `count` the numbers that lie whole in a stretch, and those for which not |a − b| ≤ atol + rtol·|b|; b is
 * the expected one. `rtol` is for floats: a whole number such as an index is not nearly right. What is not finite is
 * off, also when both say it.
 */
export function countOutside(count: ElementCount, { begin, actual, expected }: Stretch, by: Tolerance): void {
  const elements = typesOf(by.as)
  const stride = strideOf(elements)
  const [left, right] = [viewOf(actual), viewOf(expected)]
  let offset = -(begin % stride)
  while (offset < actual.length)
    for (const element of elements) {
      const next = offset + elementBytes[element]
      if (offset >= 0 && next <= actual.length) {
        count.elements += 1
        const wanted = numberAt(right, offset, element)
        const allowed = by.atol + (isFloat(element) ? by.rtol : 0) * Math.abs(wanted)
        // Written so that NaN counts as off.
        const near = Math.abs(numberAt(left, offset, element) - wanted) <= allowed
        if (!near || !Number.isFinite(wanted)) count.outside += 1
      }
      offset = next
    }
}

/** The types of a part, which repeat without end. */
function typesOf(as: Tolerance['as'] = 'f32'): readonly ElementType[] {
  return typeof as === 'string' ? [as] : as
}

function strideOf(elements: readonly ElementType[]): number {
  return elements.reduce((sum, element) => sum + elementBytes[element], 0)
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
