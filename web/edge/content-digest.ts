import { toHex, type Hex } from '#protocol/bytes.ts'
import { contentIdOfDigest } from '#protocol/content-id.ts'
import type { ContentId } from '#protocol/ids.ts'

/** SHA-256 by WebCrypto, which hashes off this thread at about 1 GB/s. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/** SHA-256 of a result, as its commitment holds it. */
export async function resultDigestOf(result: Uint8Array<ArrayBuffer>): Promise<Hex> {
  return toHex(await sha256(result))
}

/** The content id of bytes. */
export async function contentIdOf(bytes: Uint8Array<ArrayBuffer>): Promise<ContentId> {
  return contentIdOfDigest(await sha256(bytes))
}
