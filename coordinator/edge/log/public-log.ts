import type { Logger } from 'pino'
import type { Hex } from '#protocol/bytes.ts'
import { toJson } from '#protocol/frames.ts'
import { logHeadDigest } from '#protocol/log-head.ts'
import type { TreeHead } from '#protocol/log/merkle.ts'
import {
  formatVerifierKey,
  signatureTypes,
  verifierKeyOf,
  type Note,
  type NoteSigner,
} from '#protocol/log/note.ts'
import { sessionKeyOf, signDigest } from '#protocol/session-key.ts'
import type { StatementPlace } from '#protocol/statements.ts'
import type { LogStore } from '../store/store.ts'
import type { LogFiles } from './log-files.ts'
import { LogPublisher } from './log-publisher.ts'
import { WitnessClient, type WitnessPlace } from './witnesses.ts'

export interface PublicLogOptions {
  readonly store: LogStore
  readonly files: LogFiles
  /** The log's name, and the Ed25519 key of its checkpoints. */
  readonly signer: NoteSigner
  /** The secp256k1 key under which the contracts know the log, 32 secret bytes. */
  readonly chainSecret: Uint8Array
  readonly place: StatementPlace
  readonly witnesses: readonly WitnessPlace[]
  /** How long new entries wait for others before all are published. */
  readonly waitMs?: number
  readonly log: Logger
  readonly onFatal: (error: unknown) => void
}

/** The head for the contracts, as `head.json` has it. */
export interface SignedLogHead extends TreeHead {
  /** r, s, and 27 or 28; of `protocol/log-head.ts`'s digest. */
  readonly signature: Hex
}

/** The log as the coordinator runs it: publishes what is committed, and collects witnesses' cosignatures. */
export class PublicLog {
  readonly #options: PublicLogOptions
  readonly #witnesses: readonly WitnessClient[]
  #publisher: LogPublisher | undefined
  #timer: NodeJS.Timeout | undefined
  #cosigning = false
  #closed = false

  private constructor(options: PublicLogOptions) {
    this.#options = options
    this.#witnesses = options.witnesses.map((place) => new WitnessClient(place, options.files))
  }

  /** @throws {Failure} when going on would fork the log */
  static async open(options: PublicLogOptions): Promise<PublicLog> {
    const publicLog = new PublicLog(options)
    const { store, files, signer } = options
    await files.put('key', `${formatVerifierKey(verifierKeyOf(signer, signatureTypes.note))}\n`)
    publicLog.#publisher = await LogPublisher.open({
      store,
      files,
      signer,
      afterwards: (head, note) => void publicLog.#spread(head, note),
    })
    return publicLog
  }

  /** Something was committed: it is published soon. */
  noteCommit(): void {
    if (this.#timer || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.head().catch(this.#options.onFatal)
    }, this.#options.waitMs ?? 200)
  }

  /** Publishes what is committed now; the head that covers it. */
  async head(): Promise<TreeHead> {
    if (!this.#publisher) throw new Error('the log is not open')
    return this.#publisher.publish()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#publisher?.publish()
  }

  async #spread(head: TreeHead, note: Note): Promise<void> {
    try {
      await this.#options.files.put('head.json', toJson(this.#signedHead(head)))
      await this.#cosign(head, note)
    } catch (error) {
      this.#options.log.warn({ error }, 'a head of the log is out, and not all that belongs to it')
    }
  }

  #signedHead({ size, root }: TreeHead): SignedLogHead {
    const { chainSecret, place } = this.#options
    const signature = signDigest(sessionKeyOf(chainSecret), logHeadDigest({ size, root }, place))
    const recovery = Number.parseInt(signature.slice(-2), 16) + 27
    return { size, root, signature: `${signature.slice(0, -2) as Hex}${recovery.toString(16)}` }
  }

  /** One round at a time: a slow witness sees fewer heads. */
  async #cosign(head: TreeHead, note: Note): Promise<void> {
    if (this.#witnesses.length === 0 || this.#cosigning) return
    this.#cosigning = true
    const answers = await Promise.allSettled(this.#witnesses.map((witness) => witness.cosign(head, note)))
    this.#cosigning = false
    const signatures = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    for (const answer of answers)
      if (answer.status === 'rejected')
        this.#options.log.warn({ error: answer.reason as unknown }, 'a witness did not cosign')
    if (signatures.length > 0 && !this.#closed)
      await this.#publisher?.addSignatures(head, { ...note, signatures: [...note.signatures, ...signatures] })
  }
}
