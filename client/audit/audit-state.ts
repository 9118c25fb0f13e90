import { open, readFile, rename } from 'node:fs/promises'
import * as v from 'valibot'
import { toJson } from '#client/command/terminal.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { digestSchema } from '#protocol/ids.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const stateSchema = v.strictObject({
  /** The log's verifier key: a log that changes it is another one. */
  key: v.string(),
  size: count,
  root: digestSchema,
  /** The digest that was signed of each epoch: never two of one number. */
  signed: v.record(v.string(), digestSchema),
})

/** What an auditor remembers of a log between two runs. */
export type AuditState = v.InferOutput<typeof stateSchema>

/** Where it is kept; `keep` has made it durable when it settles. */
export interface AuditMemory {
  load(): Promise<AuditState | undefined>
  keep(state: AuditState): Promise<void>
}

/** In a file of its own. */
export class FileAuditMemory implements AuditMemory {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async load(): Promise<AuditState | undefined> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return undefined
    const parsed = v.safeParse(stateSchema, parseJson(text))
    if (parsed.success) return parsed.output
    throw new MaskError('argumentInvalid', 'The file is not what an audit has left behind.', {
      where: this.#path,
      next: 'Name another file with --state; what was seen of the log before is then forgotten.',
    })
  }

  async keep(state: AuditState): Promise<void> {
    const aside = `${this.#path}.part`
    const file = await open(aside, 'w', 0o600)
    try {
      await file.writeFile(`${toJson(state, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, this.#path)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
