import { open, readFile, rename } from 'node:fs/promises'
import * as v from 'valibot'
import { MaskError } from '#client/sdk/mask-error.ts'
import { digestSchema } from '#protocol/ids.ts'
import type { TreeHead } from '#protocol/log/merkle.ts'
import type { NoteSigner, VerifierKey } from '#protocol/log/note.ts'
import { witnessAnswerTo, type WitnessAnswer } from '#protocol/log/witness.ts'

const recordSchema = v.record(
  v.string(),
  v.strictObject({ size: v.pipe(v.number(), v.integer(), v.minValue(0)), root: digestSchema }),
)

/** A witness that keeps the last head it cosigned of each log in a file, before it answers. */
export class KeptWitness {
  readonly #signer: NoteSigner
  readonly #logs: readonly VerifierKey[]
  readonly #path: string
  readonly #heads: Map<string, TreeHead>
  readonly #nowMs: () => number
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: WitnessOptions, heads: Map<string, TreeHead>) {
    this.#signer = options.signer
    this.#logs = options.logs
    this.#path = options.path
    this.#nowMs = options.nowMs ?? Date.now
    this.#heads = heads
  }

  /** @throws {MaskError} for a file that holds something else */
  static async open(options: WitnessOptions): Promise<KeptWitness> {
    const text = await readFile(options.path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}'
      throw error
    })
    const parsed = v.safeParse(recordSchema, JSON.parse(text))
    if (parsed.success) return new KeptWitness(options, new Map(Object.entries(parsed.output)))
    throw new MaskError('argumentInvalid', 'The file is not what a witness has left behind.', {
      where: options.path,
      next: 'Name another file with --state; a witness that forgets what it cosigned is no witness.',
    })
  }

  /** One request after the other: what was cosigned last is compared and kept in one. */
  answer(body: string): Promise<WitnessAnswer> {
    const next = this.#turn.then(() => this.#answer(body))
    this.#turn = next.catch(() => undefined)
    return next
  }

  async #answer(body: string): Promise<WitnessAnswer> {
    const witness = {
      signer: this.#signer,
      logs: this.#logs,
      lastOf: (origin: string) => this.#heads.get(origin),
    }
    const answer = witnessAnswerTo(body, witness, Math.floor(this.#nowMs() / 1_000))
    if (!answer.record) return answer
    const { origin, size, root } = answer.record
    await this.#keep(new Map(this.#heads).set(origin, { size, root }))
    this.#heads.set(origin, { size, root })
    return answer
  }

  async #keep(heads: ReadonlyMap<string, TreeHead>): Promise<void> {
    const aside = `${this.#path}.part`
    const file = await open(aside, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(Object.fromEntries(heads))}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, this.#path)
  }
}

export interface WitnessOptions {
  readonly signer: NoteSigner
  /** The logs that it cosigns. */
  readonly logs: readonly VerifierKey[]
  readonly path: string
  readonly nowMs?: () => number
}
