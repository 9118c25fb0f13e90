import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bigEndian, concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import type { ProviderId } from './ids.ts'

/** How long a link may be handed in after it was prepared. */
export const linkMsMax = 15 * 60_000

/**
 * A session key and a wallet agree where the session key's pay goes; both sign the same words. To be paid at the session
 * key's own account again, `wallet` is the session key.
 */
export interface WalletLink {
  readonly chainId: number
  /** The settlement contract that pays: a link is for one network and one deployment. */
  readonly contract: Hex
  readonly sessionKey: ProviderId
  readonly wallet: Hex
  /** One more than that of the session key's former link, 1 for its first: an old link is never heard again. */
  readonly serial: number
  /** Unix seconds; not heard after. Once heard it holds until another takes its place. */
  readonly expiresAtSeconds: number
}

/** What a wallet shows its owner above the addresses. */
const terms =
  'Pay for what this browser computes goes to this wallet from now on. This moves no coins and approves no spending.'

/**
 * The link as EIP-712 typed data, so that a wallet shows what it is asked to sign.
 *
 * @example const signature = await wallet.signTypedData(walletLinkTypedData(link))
 */
export function walletLinkTypedData(link: WalletLink) {
  const { chainId, contract, sessionKey, wallet, serial, expiresAtSeconds } = link
  return {
    domain: { name: 'MASK', version: '1', chainId, verifyingContract: contract },
    types: {
      Delegate: [
        { name: 'terms', type: 'string' },
        { name: 'sessionKey', type: 'address' },
        { name: 'wallet', type: 'address' },
        { name: 'serial', type: 'uint64' },
        { name: 'expiry', type: 'uint64' },
      ],
    },
    primaryType: 'Delegate',
    message: { terms, sessionKey, wallet, serial: BigInt(serial), expiry: BigInt(expiresAtSeconds) },
  } as const
}

/** The digest of that typed data (EIP-712), for keys that need no library to sign. 32 bytes. */
export function walletLinkDigest(link: WalletLink): Hex {
  const { chainId, contract, sessionKey, wallet, serial, expiresAtSeconds } = link
  const domain = hashOf(
    hashOfText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
    hashOfText('MASK'),
    hashOfText('1'),
    bigEndian(chainId, 32),
    wordOf(contract),
  )
  const words = hashOf(
    hashOfText('Delegate(string terms,address sessionKey,address wallet,uint64 serial,uint64 expiry)'),
    hashOfText(terms),
    wordOf(sessionKey),
    wordOf(wallet),
    bigEndian(serial, 32),
    bigEndian(expiresAtSeconds, 32),
  )
  return toHex(hashOf(Uint8Array.of(0x19, 0x01), domain, words))
}

/** An address as a 32-byte word. */
function wordOf(address: Hex): Uint8Array {
  return concatBytes(new Uint8Array(12), fromHex(address))
}

function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(concatBytes(...parts))
}

function hashOfText(text: string): Uint8Array {
  return keccak_256(utf8ToBytes(text))
}
