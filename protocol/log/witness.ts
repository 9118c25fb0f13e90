import { Refusal } from '../refusal.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts'
import { cosign } from './cosignature.ts'
import type { TreeHead } from './merkle.ts'
import {
  formatNote,
  formatSignature,
  isSignedBy,
  parseNote,
  type Note,
  type NoteSigner,
  type VerifierKey,
} from './note.ts'
import { provesConsistency } from './proofs.ts'

/** C2SP tlog-witness: what a log sends to `add-checkpoint`, and what a witness answers. */
export interface AddCheckpoint {
  /** The size of the last checkpoint that the witness cosigned; 0 for none. */
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  readonly note: Note
}

/** An answer, as HTTP has it. `record` is what the witness must keep durably before it answers. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly body: string
  readonly type: 'text/plain' | 'text/x.tlog.size'
  readonly record?: Checkpoint
}

/** What one witness is: its key, the logs it knows, and the last head it cosigned of each. */
export interface Witness {
  readonly signer: NoteSigner
  readonly logs: readonly VerifierKey[]
  readonly lastOf: (origin: string) => TreeHead | undefined
}

const proofLinesMax = 63

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  const lines = proof.map((hash) => `${toBase64(hash)}\n`).join('')
  return `old ${oldSize}\n${lines}\n${formatNote(note)}`
}

/** @throws {Refusal} `malformed` or `tooLarge` */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const border = body.indexOf('\n\n')
  const [first = '', ...lines] = body.slice(0, border).split('\n')
  const oldSize = /^old (0|[1-9]\d{0,15})$/.exec(first)?.[1]
  const proof = lines.map(fromBase64)
  if (border < 0 || oldSize === undefined || lines.length > proofLinesMax)
    throw new Refusal('malformed', 'It must be an old size, at most 63 hashes, and a checkpoint.')
  const hashes = proof.filter((hash) => hash !== undefined && hash.length === 32)
  if (hashes.length !== lines.length) throw new Refusal('malformed', 'A line of the proof is no hash.')
  return { oldSize: Number(oldSize), proof: hashes as Uint8Array[], note: parseNote(body.slice(border + 2)) }
}

/** What a witness answers to `add-checkpoint`, by the rules of the specification, in their order. */
export function witnessAnswerTo(body: string, witness: Witness, unixSeconds: number): WitnessAnswer {
  let request: AddCheckpoint
  let checkpoint: Checkpoint
  try {
    request = parseAddCheckpoint(body)
    checkpoint = parseCheckpoint(request.note.text)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refusal(400, error.message)
  }
  const { oldSize, proof, note } = request
  const keys = witness.logs.filter(({ name }) => name === checkpoint.origin)
  if (keys.length === 0) return refusal(404, `The log ${checkpoint.origin} is not known here.`)
  if (!keys.some((key) => isSoundlySignedBy(key, note)))
    return refusal(403, 'The checkpoint is not signed by its log.')
  if (oldSize > checkpoint.size) return refusal(400, 'The old size is above the checkpoint’s.')
  const last = witness.lastOf(checkpoint.origin)
  const lastSize = last?.size ?? 0
  const conflict = { status: 409, body: `${lastSize}\n`, type: 'text/x.tlog.size' } as const
  if (oldSize !== lastSize) return conflict
  if (last?.size === checkpoint.size && last.root !== checkpoint.root) return conflict
  const old = last ?? { size: 0, root: '0x' }
  if (!provesConsistency(old, checkpoint, proof))
    return refusal(422, 'The proof does not show that the tree extends the one cosigned before.')
  const { origin, size, root } = checkpoint
  return {
    status: 200,
    body: formatSignature(cosign(note.text, witness.signer, unixSeconds)),
    type: 'text/plain',
    record: { origin, size, root },
  }
}

function refusal(status: 400 | 403 | 404 | 422, message: string): WitnessAnswer {
  return { status, body: `${message}\n`, type: 'text/plain' }
}

function isSoundlySignedBy(key: VerifierKey, note: Note): boolean {
  try {
    return isSignedBy(key, note)
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
