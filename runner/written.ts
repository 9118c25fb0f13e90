import { isScratch, type CompleteManifest } from '#protocol/complete-manifest.ts'
import type { WrittenSpot } from '#protocol/spot-results.ts'
import { poisonWord } from './poison.ts'

/**
 * Whether one run of a spot shows what it wrote: all results start poisoned anyway, so that the spot meets what the
 * whole unit meets, and what is no poison any more was written. (Words that were written and are poison all the same go
 * unnoticed beside others; floats that are compared cannot be.) Results that start as zeros or as an input take two runs, over
 * contents that differ in every byte: a written zero is nothing to be overlooked.
 */
export function showsInOneRun({
  buffers,
  textures,
}: Pick<CompleteManifest, 'buffers' | 'textures'>): boolean {
  const poisoned = Object.values(buffers).every((buffer) => {
    return !isScratch(buffer) || !buffer.result || buffer.init === undefined
  })
  return poisoned && !Object.values(textures).some(({ result }) => result)
}

/**
 * What was written for certain: the words that are not poison; of two runs those on which they agree, which did not
 * depend on what stood there.
 *
 * @param ones the result of a run over poison; its length is a multiple of four, as is where it begins.
 * @param zeros of one over zeros, of the same length.
 */
export function writtenIn(ones: Uint8Array<ArrayBuffer>, zeros?: Uint8Array<ArrayBuffer>): WrittenSpot {
  const words = wordsOf(ones)
  const others = zeros && wordsOf(zeros)
  const isWritten = (word: number) => (others ? words[word] === others[word] : words[word] !== poisonWord)
  const runs: number[] = []
  let written = 0
  for (let word = 0; word < words.length; word += 1) {
    if (!isWritten(word)) continue
    const first = word
    while (word < words.length && isWritten(word)) word += 1
    runs.push(4 * first, 4 * (word - first))
    written += 4 * (word - first)
  }
  const bytes = new Uint8Array(written)
  let at = 0
  for (let pair = 0; pair < runs.length; pair += 2) {
    const [offset = 0, length = 0] = runs.slice(pair, pair + 2)
    bytes.set(ones.subarray(offset, offset + length), at)
    at += length
  }
  return { runs: Uint32Array.from(runs), bytes }
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length / 4)
}
