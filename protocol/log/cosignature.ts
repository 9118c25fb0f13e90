import { ed25519 } from '@noble/curves/ed25519.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bigEndian, concatBytes } from '../bytes.ts'
import {
  keyIdOf,
  signaturesBy,
  signatureTypes,
  verifierKeyOf,
  verifies,
  type Note,
  type NoteSignature,
  type NoteSigner,
  type VerifierKey,
} from './note.ts'

/** C2SP tlog-cosignature, version 1: a witness has seen this head, and it extended all that it had seen before. */

const timestampBytes = 8

/** A witness's signature over a checkpoint's text. @param unixSeconds when it is made */
export function cosign(text: string, signer: NoteSigner, unixSeconds: number): NoteSignature {
  const signature = ed25519.sign(messageOf(text, unixSeconds), signer.secret)
  return {
    name: signer.name,
    keyId: keyIdOf(verifierKeyOf(signer, signatureTypes.cosignature)),
    bytes: concatBytes(bigEndian(unixSeconds, timestampBytes), signature),
  }
}

/** When a witness cosigned a checkpoint, in Unix seconds; undefined where no cosignature of it holds. */
export function cosignedAt(key: VerifierKey, note: Note): number | undefined {
  for (const { bytes } of signaturesBy(key, note)) {
    const seconds = secondsIn(bytes)
    if (seconds === undefined) continue
    if (verifies(bytes.subarray(timestampBytes), messageOf(note.text, seconds), key.publicKey)) return seconds
  }
  return undefined
}

function messageOf(text: string, unixSeconds: number): Uint8Array {
  return utf8ToBytes(`cosignature/v1\ntime ${unixSeconds}\n${text}`)
}

function secondsIn(bytes: Uint8Array): number | undefined {
  if (bytes.length !== timestampBytes + 64) return undefined
  const seconds = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  return seconds <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seconds) : undefined
}
