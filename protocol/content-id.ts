import { sha256 } from '@noble/hashes/sha2.js'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import type { ContentId } from './ids.ts'

const sha256Code = 0x12

/**
 * The content id of bytes: CIDv1, codec raw, SHA-256, base32 (multiformats CID specification).
 *
 * @example contentIdOf(new Uint8Array()) // 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
 */
export function contentIdOf(bytes: Uint8Array): ContentId {
  return contentIdOfDigest(sha256(bytes))
}

/** The content id of a SHA-256 digest (32 bytes) computed elsewhere, e.g. by WebCrypto. */
export function contentIdOfDigest(digest: Uint8Array): ContentId {
  return CID.createV1(raw.code, create(sha256Code, digest)).toString()
}
