import type { ResultPart } from '#protocol/job-plan.ts'
import { elementBytes, isFloat, type ElementType } from '#protocol/elements.ts'

/**
 * A result buffer without `init` starts filled with this word, so that what a kernel leaves unwritten shows: browsers
 * may cut an endless loop short and report success. As f32 and f16 the word is a NaN that arithmetic does not make.
 * Kernels that add to their result, or leave parts of it alone, must declare `"init": "zero"`; all other buffers start
 * as zeros, as WGSL promises.
 */
export const poisonWord = 0xffff_ffff

/** What all results of a spot start as, whatever the manifest says of them: poison or zeros, which share no byte. */
export type ResultFill = 'ones' | 'zeros'

/**
 * Whether a part of a result shows that its kernel did not finish writing it: any poison in floats compared by
 * tolerance (it is not finite, so it would be refused anyway); elsewhere, where the word may be an honest -1, only
 * when there is nothing else.
 *
 * @param bytes the part's; a multiple of four that begins at one.
 */
export function isUnwritten(
  bytes: Uint8Array<ArrayBuffer>,
  { comparator }: Pick<ResultPart, 'comparator'>,
): boolean {
  if (comparator.compare === 'tolerance') {
    const { as = 'f32' } = comparator
    const elements = typeof as === 'string' ? [as] : as
    if (elements.some(isFloat)) return hasPoisonedFloat(bytes, elements)
  }
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).every(
    (word) => word === poisonWord,
  )
}

function hasPoisonedFloat(bytes: Uint8Array<ArrayBuffer>, elements: readonly ElementType[]): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let offset = 0
  while (offset < bytes.length)
    for (const element of elements) {
      if (offset + elementBytes[element] > bytes.length) return false
      if (element === 'f32' && view.getUint32(offset, true) === poisonWord) return true
      if (element === 'f16' && view.getUint16(offset, true) === 0xffff) return true
      offset += elementBytes[element]
    }
  return false
}
