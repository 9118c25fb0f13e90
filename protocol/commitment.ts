import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bigEndian, concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import type { JobId, ProviderId } from './ids.ts'

/** What a provider binds itself to before it shows a result. */
export interface CommitmentParts {
  readonly chainId: number
  readonly job: JobId
  readonly unit: number
  readonly provider: ProviderId
  /** SHA-256 of the result's bytes. */
  readonly resultDigest: Hex
  /** 32 random bytes, so that a result cannot be guessed from its commitment. */
  readonly nonce: Hex
}

/**
 * C = SHA-256(domain, chain, job, unit, provider, result digest, nonce). All parts have fixed widths, so
 * no two sets of parts share an encoding; the provider's own id inside makes a copied commitment useless.
 */
export function commitmentOf(parts: CommitmentParts): Hex {
  return toHex(
    sha256(
      concatBytes(
        utf8ToBytes('mask/commitment/1'),
        bigEndian(parts.chainId, 8),
        fromHex(parts.job),
        bigEndian(parts.unit, 4),
        fromHex(parts.provider),
        fromHex(parts.resultDigest),
        fromHex(parts.nonce),
      ),
    ),
  )
}

/** SHA-256 of a result's bytes. */
export function resultDigestOf(result: Uint8Array): Hex {
  return toHex(sha256(result))
}
