import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import type { ProviderId } from './ids.ts'

/** A provider's key pair: it signs the session and, until a wallet is linked, owns the pay. 32 secret bytes. */
export interface SessionKey {
  readonly secret: Uint8Array
  readonly provider: ProviderId
}

/** The key pair of 32 secret bytes. Throws when they are outside the curve's order (chance 2^-128). */
export function sessionKeyOf(secret: Uint8Array): SessionKey {
  return { secret, provider: addressOf(secp256k1.getPublicKey(secret, false)) }
}

/** What a provider signs to prove that it holds its key, once a connection; the challenge is the coordinator's. */
export function greetingDigest(challenge: Hex, chainId: number): Hex {
  return toHex(sha256(utf8ToBytes(`mask/greeting/1/${chainId}/${challenge}`)))
}

/** Signature over a 32-byte digest: r, s, recovery bit (65 bytes). */
export function signDigest(key: SessionKey, digest: Hex): Hex {
  const recovered = secp256k1.sign(fromHex(digest), key.secret, { prehash: false, format: 'recovered' })
  return toHex(concatBytes(recovered.subarray(1), recovered.subarray(0, 1)))
}

/** The account that signed the digest, or undefined for bytes that are no signature. */
export function signerOf(digest: Hex, signature: Hex): ProviderId | undefined {
  const bytes = fromHex(signature)
  try {
    const recovered = concatBytes(bytes.subarray(64), bytes.subarray(0, 64))
    const compressed = secp256k1.recoverPublicKey(recovered, fromHex(digest), { prehash: false })
    return addressOf(secp256k1.Point.fromBytes(compressed).toBytes(false))
  } catch {
    // A stranger's bytes that are no point on the curve: nobody signed this.
    return undefined
  }
}

/** Ethereum address: last 20 bytes of keccak256 of the uncompressed public key without its leading 0x04. */
function addressOf(publicKey: Uint8Array): ProviderId {
  return toHex(keccak_256(publicKey.subarray(1)).subarray(12))
}
