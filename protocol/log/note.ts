import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { concatBytes, equalBytes } from '../bytes.ts'
import { Refusal } from '../refusal.ts'
import { fromBase64, toBase64 } from './base64.ts'

/** C2SP signed-note: text, an empty line, and a line for each signature. */
export interface Note {
  /** Ends with a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** Says, with the name, which key and algorithm it is of; 4 bytes. */
  readonly keyId: Uint8Array
  readonly bytes: Uint8Array
}

/** Signature types of the specification: Ed25519 over the text, and a witness's timestamped cosignature. */
export const signatureTypes = { note: 0x01, cosignature: 0x04 } as const
export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes]

/** What a verifier knows of a signer. */
export interface VerifierKey {
  readonly name: string
  readonly type: SignatureType
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array
}

/** A name and 32 secret bytes. */
export interface NoteSigner {
  readonly name: string
  readonly secret: Uint8Array
}

const noteBytesMax = 64 * 1024
const signaturesMax = 64

export function verifierKeyOf({ name, secret }: NoteSigner, type: SignatureType): VerifierKey {
  return { name, type, publicKey: ed25519.getPublicKey(secret) }
}

/** SHA-256(name || newline || type || public key), the first 4 bytes. */
export function keyIdOf({ name, type, publicKey }: VerifierKey): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(type), publicKey)).subarray(0, 4)
}

/** A verifier key as one word: `name+key id+base64(type || public key)`. */
export function formatVerifierKey(key: VerifierKey): string {
  const id = [...keyIdOf(key)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${key.name}+${id}+${toBase64(concatBytes(Uint8Array.of(key.type), key.publicKey))}`
}

/** @throws {Refusal} `malformed` */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', , encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? []
  const bytes = fromBase64(encoded)
  const type = Object.values(signatureTypes).find((known) => known === bytes?.[0])
  if (bytes?.length === 33 && type !== undefined) {
    const key = { name, type, publicKey: bytes.subarray(1) }
    if (formatVerifierKey(key) === text) return key
  }
  throw new Refusal('malformed', `"${text}" is no verifier key.`, {
    next: 'It has the form name+8 digits+base64; copy it whole.',
  })
}

/** Reads a note. @throws {Refusal} `malformed` or `tooLarge` */
export function parseNote(whole: string): Note {
  if (whole.length > noteBytesMax) throw new Refusal('tooLarge', 'A signed note is too large.')
  const border = whole.lastIndexOf('\n\n')
  const text = whole.slice(0, border + 1)
  const lines = whole.slice(border + 2).split('\n')
  // eslint-disable-next-line no-control-regex -- these are what a note may not hold
  if (border < 0 || lines.pop() !== '' || lines.length === 0 || /[\u0000-\u0009\u000b-\u001f]/.test(whole))
    throw new Refusal('malformed', 'A signed note is text, an empty line, and lines with signatures.')
  if (lines.length > signaturesMax) throw new Refusal('tooLarge', 'A note has too many signatures.')
  return { text, signatures: lines.map(parseSignature) }
}

/** @throws {Refusal} `malformed` */
export function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? []
  const bytes = fromBase64(encoded)
  if (name === '' || !bytes || bytes.length < 5)
    throw new Refusal('malformed', 'A line of a note is no signature.')
  return { name, keyId: bytes.subarray(0, 4), bytes: bytes.subarray(4) }
}

export function formatSignature({ name, keyId, bytes }: NoteSignature): string {
  return `\u2014 ${name} ${toBase64(concatBytes(keyId, bytes))}\n`
}

export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`
}

/** An Ed25519 signature over a note's text. */
export function signNote(text: string, signer: NoteSigner): NoteSignature {
  const key = verifierKeyOf(signer, signatureTypes.note)
  return { name: signer.name, keyId: keyIdOf(key), bytes: ed25519.sign(utf8ToBytes(text), signer.secret) }
}

/** The signatures of a note that name this key. */
export function signaturesBy(key: VerifierKey, { signatures }: Pick<Note, 'signatures'>): NoteSignature[] {
  const keyId = keyIdOf(key)
  return signatures.filter(({ name, keyId: id }) => name === key.name && equalBytes(id, keyId))
}

/** Whether the key signed the note. @throws {Refusal} `badSignature` for a signature that names the key and is not its. */
export function isSignedBy(key: VerifierKey, note: Note): boolean {
  const claimed = signaturesBy(key, note)
  for (const { bytes } of claimed)
    if (!verifies(bytes, utf8ToBytes(note.text), key.publicKey))
      throw new Refusal('badSignature', `A signature of ${key.name} does not hold.`)
  return claimed.length > 0
}

/** Whether 64 bytes are the key's Ed25519 signature over a message. */
export function verifies(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    // RFC 8032's own rule: of several ways to spell a signature only one is taken.
    return signature.length === 64 && ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}
