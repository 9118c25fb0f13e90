import type { Comparator } from '#protocol/manifest.ts'

/**
 * A result buffer without `"init": "zero"` starts filled with this word, so that what a kernel leaves unwritten shows:
 * browsers may cut an endless loop short and report success. As f32 the word is a NaN that arithmetic does not make.
 * Kernels that accumulate into their result (atomics, several passes) must declare `"init": "zero"`; all other
 * `bytes` buffers start as zeros, as WGSL promises.
 */
export const poisonWord = 0xffff_ffff

/**
 * Whether a result shows that its kernel did not finish writing it: any poison in floats compared by tolerance
 * (it is not finite, so it would be refused anyway); in exact results, where the word may be an honest -1, only
 * when there is nothing else.
 */
export function isUnwritten(result: Uint8Array<ArrayBuffer>, comparator: Comparator): boolean {
  const words = new Uint32Array(result.buffer, result.byteOffset, result.byteLength / 4)
  return comparator.compare === 'tolerance'
    ? words.includes(poisonWord)
    : words.every((word) => word === poisonWord)
}
