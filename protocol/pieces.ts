import { contentIdOfDigest } from './content-id.ts'
import type { ContentId } from './ids.ts'
import { limits } from './limits.ts'
import { Refusal } from './refusal.ts'

const digestBytes = 32

/**
 * The content ids of an input's pieces, from the blob that holds their digests one after the other.
 *
 * @param bytes the size of the whole input.
 * @throws {Refusal} `malformed` when the list is not as long as the size asks for.
 */
export function piecesOf(digests: Uint8Array, bytes: number): ContentId[] {
  const count = Math.ceil(bytes / limits.pieceBytes)
  if (digests.length !== count * digestBytes)
    throw new Refusal(
      'malformed',
      `An input of ${bytes} bytes has ${count} pieces; its list of pieces has ${digests.length} bytes instead of ${count * digestBytes}.`,
      { next: 'Store the SHA-256 digests of the pieces one after the other.' },
    )
  return Array.from({ length: count }, (_, piece) =>
    contentIdOfDigest(digests.slice(piece * digestBytes, (piece + 1) * digestBytes)),
  )
}

/** Which pieces hold the bytes `[begin, end)`: the first and, exclusively, the last. */
export function piecesHolding(begin: number, end: number): { readonly first: number; readonly end: number } {
  return { first: Math.floor(begin / limits.pieceBytes), end: Math.ceil(end / limits.pieceBytes) }
}
