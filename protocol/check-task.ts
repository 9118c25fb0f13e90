import { sha256 } from '@noble/hashes/sha2.js'
import type { CompleteManifest } from './complete-manifest.ts'
import { resultPartsOf, unitSpanOf } from './job-plan.ts'
import { Refusal } from './refusal.ts'

/** What a verify kernel gets to see and says: helpers for whoever runs it, and for whoever tests those who do. */

/**
 * The parts of a unit's result by name, as its verify kernel is given them; views of `result`.
 *
 * @throws {Refusal} `resultSizeWrong`
 */
export function checkPartsOf(
  manifest: CompleteManifest,
  unit: number,
  result: Uint8Array<ArrayBuffer>,
): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const parts = resultPartsOf(manifest, unitSpanOf(manifest, unit).count)
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  if (result.length !== total)
    throw new Refusal(
      'resultSizeWrong',
      `The result of unit ${unit} to be checked has ${result.length} bytes; it must have ${total}.`,
    )
  let end = 0
  return new Map(parts.map(({ name, bytes }) => [name, result.subarray(end, (end += bytes))] as const))
}

/** Whether a verdict says that the result is good: every byte of it is zero. */
export function isGood(verdict: Uint8Array): boolean {
  return verdict.every((byte) => byte === 0)
}

/** A sixteenth of the words is changed, and where there are few of them, so many. */
const changedShare = 16
const changedWordsMin = 16

/**
 * A wrong result that looks like the right one: some of its words are others of its words, some differ from theirs in
 * every byte, so that an element of any type is wrong by much. At least one word differs in every byte.
 *
 * @param result a whole number of 4-byte words, at least one. Not changed.
 * @param seed decides what is changed; the same seed gives the same bytes.
 */
export function corrupt(result: Uint8Array, seed: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(result)
  const words = new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / 4))
  const random = wordsFrom(seed)
  const below = (end: number) => random() % end
  const changes = Math.min(words.length, Math.max(changedWordsMin, Math.floor(words.length / changedShare)))
  for (const place of someOf(words.length, changes, below)) {
    const word = words[place] ?? 0
    const other = words[below(words.length)] ?? 0
    words[place] = random() % 2 === 0 && other !== word ? other : otherIn(word, random())
  }
  // Changes may have undone one another; this one is the last.
  const last = below(words.length)
  words[last] = otherIn(wordAt(result, last), random())
  return bytes
}

/** The word with every byte changed, and the number that it stands for by much: bit 30 is an exponent's highest. */
function otherIn(word: number, random: number): number {
  return (word ^ (random | 0x41414141)) >>> 0
}

function wordAt(bytes: Uint8Array, place: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4 * place, true)
}

/** So many different places, one in each of as many stretches. */
function* someOf(length: number, count: number, below: (end: number) => number): Generator<number, void> {
  for (let index = 0; index < count; index += 1) {
    const begin = Math.floor((index * length) / count)
    const end = Math.floor(((index + 1) * length) / count)
    yield begin + below(end - begin)
  }
}

/** Numbers below 2³² that follow from a seed: Marsaglia's xorshift128 (2003), begun with the seed's SHA-256. */
function wordsFrom(seed: Uint8Array): () => number {
  const digest = sha256(seed)
  let [x = 1, y = 2, z = 3, w = 4] = [0, 1, 2, 3].map((place) => wordAt(digest, place))
  return () => {
    const mixed = x ^ (x << 11)
    ;[x, y, z] = [y, z, w]
    w = (w ^ (w >>> 19) ^ mixed ^ (mixed >>> 8)) >>> 0
    return w
  }
}
