import { encodeSpots } from '#protocol/spot-results.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import type { Hex } from '#protocol/bytes.ts'
import { isRight, partOf, partsOfUnit, type Answer } from '../answer.ts'

const partBytes = 4
export const resultBytes = partBytes * partsOfUnit

const rightBytes = new Uint8Array(resultBytes)
const rightDigest = resultDigestOf(rightBytes)

/** An answer as a unit's result: for each part a word, 0 when it is right, else the way in which it is wrong. */
export function bytesOf(answer: Answer): Uint8Array {
  if (isRight(answer)) return rightBytes
  const words = new Uint32Array(partsOfUnit)
  for (let part = 0; part < partsOfUnit; part += 1) words[part] = partOf(answer, part)
  return new Uint8Array(words.buffer)
}

/** The digest of `bytesOf(answer)`; nearly all answers are right, so theirs is known beforehand. */
export function digestOf(answer: Answer, bytes: Uint8Array): Hex {
  return isRight(answer) ? rightDigest : resultDigestOf(bytes)
}

/** A bundle of spots as its result: each spot wrote the word of its part. */
export function bundleBytesOf(
  spots: readonly (readonly [unit: number, spot: number])[],
  flavours: readonly number[],
): Uint8Array<ArrayBuffer> {
  return encodeSpots(
    spots.map(([, spot], place) => ({
      runs: Uint32Array.of(partBytes * spot, partBytes),
      bytes: new Uint8Array(Uint32Array.of(flavours[place] ?? 0).buffer),
    })),
  )
}
