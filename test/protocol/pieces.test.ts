import { sha256 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { concatBytes } from '#protocol/bytes.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import { limits } from '#protocol/limits.ts'
import { piecesHolding, piecesOf } from '#protocol/pieces.ts'
import { refusalOf } from './refusal-of.ts'

const pieces = [1, 2, 3].map((fill) => new Uint8Array(fill === 3 ? 5 : limits.pieceBytes).fill(fill))
const bytes = 2 * limits.pieceBytes + 5

test('[I5] the list of an input’s pieces gives their content ids, in order', () => {
  expect(piecesOf(concatBytes(...pieces.map((piece) => sha256(piece))), bytes)).toEqual(
    pieces.map(contentIdOf),
  )
})

test.each([0, 31, 64, 97, 128])('[I5] a list of %i bytes is not that of three pieces', (length) => {
  expect(refusalOf(() => piecesOf(new Uint8Array(length), bytes)).reason).toBe('malformed')
})

test.each([
  [0, 1, [0, 1]],
  [0, limits.pieceBytes, [0, 1]],
  [limits.pieceBytes - 1, limits.pieceBytes + 1, [0, 2]],
  [limits.pieceBytes, bytes, [1, 3]],
])('[I5] bytes %i to %i lie in pieces %j', (begin, end, [first, last]) => {
  expect(piecesHolding(begin, end)).toEqual({ first, end: last })
})
