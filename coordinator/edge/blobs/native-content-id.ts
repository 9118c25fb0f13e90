import { createHash } from 'node:crypto'
import { contentIdOfDigest } from '#protocol/content-id.ts'
import type { ContentId } from '#protocol/ids.ts'

/** `contentIdOf` with Node's own SHA-256, about ten times as fast: blobs have up to 256 MiB. */
export function nativeContentIdOf(bytes: Uint8Array): ContentId {
  return contentIdOfDigest(createHash('sha256').update(bytes).digest())
}
