import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder, writeFileDurably } from '../durable-file.ts'
import { systemCodeOf } from '../failure.ts'

/** Where the files of a log lie. `put` has made a file durable, whole, when it has settled; names are paths with `/`. */
export interface LogFiles {
  put(path: string, contents: string | Uint8Array): Promise<void>
  get(path: string): Promise<Uint8Array | undefined>
  /** Forgets a folder and all in it; nothing where there is none. */
  drop(folder: string): Promise<void>
}

/** A log's files in a folder, as any web server can give them out. */
export class FolderLogFiles implements LogFiles {
  readonly #root: string
  readonly #known = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  async put(path: string, contents: string | Uint8Array): Promise<void> {
    await this.#ensureFolder(dirname(path))
    await writeFileDurably(join(this.#root, path), contents)
  }

  async get(path: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(this.#root, path))
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined
      throw error
    }
  }

  async drop(folder: string): Promise<void> {
    this.#known.delete(folder)
    await rm(join(this.#root, folder), { recursive: true, force: true })
  }

  /** A new folder's name must survive, too. */
  async #ensureFolder(folder: string): Promise<void> {
    if (this.#known.has(folder)) return
    if (folder !== '.') await this.#ensureFolder(dirname(folder))
    const path = join(this.#root, folder)
    const made = await mkdir(path, { recursive: true, mode: 0o700 })
    if (made !== undefined) await syncFolder(dirname(path))
    this.#known.add(folder)
  }
}
