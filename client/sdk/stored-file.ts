import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '#protocol/bytes.ts'
import { contentIdOf, contentIdOfDigest } from '#protocol/content-id.ts'
import type { ContentId } from '#protocol/ids.ts'
import type { StoredInput } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { MaskError } from '#client/sdk/mask-error.ts'

/** Bytes to be stored under their content id. */
export interface JobBlob {
  readonly id: ContentId
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A file of the job as it is stored: in one blob, or in pieces. */
export interface StoredFile {
  readonly name: string
  readonly bytes: number
  readonly blobs: readonly JobBlob[]
}

/** A file in one blob. @throws {MaskError} `tooLarge` */
export function wholeFile(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  bytesMax: number,
): StoredFile & { readonly id: ContentId } {
  checkSize(name, bytes, bytesMax)
  const id = contentIdOf(bytes)
  return { name, bytes: bytes.length, blobs: [{ id, bytes }], id }
}

/**
 * A file in pieces of `limits.pieceBytes`, with a blob of their SHA-256 digests: whoever computes a unit fetches only
 * the pieces that hold its slice. The pieces share the file's memory.
 *
 * @throws {MaskError} `tooLarge`
 */
export function slicedFile(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): { readonly file: StoredFile; readonly input: StoredInput } {
  checkSize(name, bytes, limits.slicedInputBytesMax)
  if (bytes.length === 0)
    throw new MaskError('folderInvalid', `${name} is empty.`, { where: name, next: 'Check how it is made.' })
  const pieces = Array.from({ length: Math.ceil(bytes.length / limits.pieceBytes) }, (_, index) => {
    return bytes.subarray(index * limits.pieceBytes, (index + 1) * limits.pieceBytes)
  })
  const digests = pieces.map((piece) => sha256(piece))
  const digestBytes = concatBytes(...digests)
  const list = { id: contentIdOf(digestBytes), bytes: digestBytes }
  const blobs = pieces.map((piece, index) => {
    return { id: contentIdOfDigest(digests[index] ?? new Uint8Array()), bytes: piece }
  })
  const file = { name, bytes: bytes.length, blobs: [...blobs, list] }
  return { file, input: { pieces: list.id, bytes: bytes.length } }
}

function checkSize(name: string, { length }: Uint8Array, bytesMax: number): void {
  if (length <= bytesMax) return
  throw new MaskError('tooLarge', `${name} has ${length} bytes; at most ${bytesMax} are allowed.`, {
    where: name,
    next: 'Make it smaller or split the job.',
  })
}
