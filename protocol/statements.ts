import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bigEndian, concatBytes, fromHex, toHex, type Hex } from './bytes.ts'

/** Where a statement holds: one settlement contract on one chain. What is signed for one says nothing to another. */
export interface StatementPlace {
  readonly chainId: number
  /** The settlement's address, in lower case. */
  readonly settlement: Hex
}

/** The EIP-712 domain of all that auditors and the log sign; `Settlement.sol` has the same. */
export function statementDomain({ chainId, settlement }: StatementPlace) {
  return { name: 'MASK', version: '1', chainId, verifyingContract: settlement } as const
}

/**
 * EIP-712 digest of a statement whose fields are all static, one 32-byte word each.
 *
 * @param type as EIP-712 spells it, e.g. `LogHead(uint64 size,bytes32 root)`
 */
export function statementDigest(place: StatementPlace, type: string, words: readonly Uint8Array[]): Hex {
  const domain = hashOf(
    hashOfText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
    hashOfText('MASK'),
    hashOfText('1'),
    bigEndian(place.chainId, 32),
    new Uint8Array(12),
    fromHex(place.settlement),
  )
  return toHex(hashOf(Uint8Array.of(0x19, 0x01), domain, hashOf(hashOfText(type), ...words)))
}

/** keccak256 of the parts, one after the other. */
export function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(concatBytes(...parts))
}

function hashOfText(text: string): Uint8Array {
  return keccak_256(utf8ToBytes(text))
}
