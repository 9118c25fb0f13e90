import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toHex, type Hex } from './bytes.ts'

/**
 * The public name of a pool, which a manifest may hold without letting anybody in: SHA-256 of "mask/pool/" and the
 * invitation. The invitation itself is a secret that the pool's owner shares with its providers.
 */
export function poolIdOf(invitation: string): Hex {
  return toHex(sha256(utf8ToBytes(`mask/pool/${invitation}`)))
}
