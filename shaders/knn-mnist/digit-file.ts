import type { Digit } from '#shaders/knn-mnist/digits.ts'

/** A digit as the kernel reads it: 196 words of four pixels each, the first in the lowest byte, then its class. */
const DIGIT_WORDS = 197

/** Digit after digit: 788 bytes each, so that a unit can be given a slice. */
export function digitRows(digits: readonly Digit[]): Uint8Array {
  return littleEndian(digits.flatMap(wordsOf))
}

/** Word after word, each of all digits: neighbouring invocations read neighbouring words. */
export function digitColumns(digits: readonly Digit[]): Uint8Array {
  const rows = digits.map(wordsOf)
  return littleEndian(
    Array.from({ length: DIGIT_WORDS }, (_, word) => rows.map((row) => row[word] ?? 0)).flat(),
  )
}

function wordsOf({ pixels, label }: Digit): number[] {
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  const words = Array.from({ length: DIGIT_WORDS - 1 }, (_, word) => view.getUint32(4 * word, true))
  return [...words, label]
}

function littleEndian(words: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length))
  words.forEach((word, index) => {
    view.setUint32(4 * index, word, true)
  })
  return new Uint8Array(view.buffer)
}
