import { fromHex, toHex } from '../bytes.ts'
import { Refusal } from '../refusal.ts'
import { fromBase64, toBase64 } from './base64.ts'
import type { TreeHead } from './merkle.ts'
import { isSignedBy, parseNote, signNote, type Note, type NoteSigner, type VerifierKey } from './note.ts'

/** C2SP tlog-checkpoint: the head of the log that goes by a name. */
export interface Checkpoint extends TreeHead {
  /** The log's name; never shared by two logs. */
  readonly origin: string
}

/** The text that is signed: origin, size, root in base64, each on a line. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(fromHex(root))}\n`
}

/** Reads the text of a checkpoint. @throws {Refusal} `malformed` */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n')
  const bytes = fromBase64(root)
  const isNumber = /^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(Number(size))
  // Extension lines are allowed by the specification, and used by no log of ours: nobody could audit them.
  if (origin === '' || !isNumber || bytes?.length !== 32 || rest.length !== 1 || rest[0] !== '')
    throw new Refusal('malformed', 'A checkpoint is three lines: origin, size and root.')
  return { origin, size: Number(size), root: toHex(bytes) }
}

/** The log's word for a head. The log must sign none that does not extend what it signed before. */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): Note {
  const text = formatCheckpoint(checkpoint)
  return { text, signatures: [signNote(text, signer)] }
}

/**
 * The checkpoint that a log has signed.
 *
 * @throws {Refusal} `malformed`, or `badSignature` when the log has not signed it or it is another log's.
 */
export function openCheckpoint(whole: string, key: VerifierKey): Checkpoint & { readonly note: Note } {
  const note = parseNote(whole)
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint.origin !== key.name)
    throw new Refusal('badSignature', `The checkpoint is of the log ${checkpoint.origin}, not ${key.name}.`)
  if (!isSignedBy(key, note))
    throw new Refusal('badSignature', `The checkpoint is not signed by the log ${key.name}.`)
  return { ...checkpoint, note }
}
