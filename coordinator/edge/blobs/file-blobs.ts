import { open, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ContentId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import { syncFolder } from '../durable-file.ts'
import { systemCodeOf } from '../failure.ts'
import type { Blobs } from './blobs.ts'
import { nativeContentIdOf } from './native-content-id.ts'

/** Blobs as files, `<folder>/<last two letters>/<id>`: written aside, made durable, then renamed into place. */
export class FileBlobs implements Blobs {
  readonly #folder: string
  #writes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(bytes: Uint8Array): Promise<ContentId> {
    const id = nativeContentIdOf(bytes)
    const path = this.#pathOf(id)
    if (await this.#isWhole(id, bytes.length)) return id
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    this.#writes += 1
    const aside = `${path}.${process.pid}.${this.#writes}.part`
    try {
      await writeDurably(aside, bytes)
      await rename(aside, path)
    } catch (error) {
      await rm(aside, { force: true })
      throw error
    }
    await syncFolder(dirname(path))
    await syncFolder(this.#folder)
    return id
  }

  async get(id: ContentId): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = await readFile(this.#pathOf(id)).catch((error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (bytes === undefined) return undefined
    if (nativeContentIdOf(bytes) !== id)
      throw new Refusal(
        'blobCorrupt',
        `The stored bytes of ${id} have changed: they no longer match their content id.`,
        {
          where: id,
          next: 'Store the original bytes again; the damaged file is replaced then.',
        },
      )
    return bytes
  }

  async has(id: ContentId): Promise<boolean> {
    return (await this.sizeOf(id)) !== undefined
  }

  async sizeOf(id: ContentId): Promise<number | undefined> {
    try {
      return (await stat(this.#pathOf(id))).size
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** A file of the right size may still be damaged: only a full read tells, and only then is a write spared. */
  async #isWhole(id: ContentId, size: number): Promise<boolean> {
    if ((await this.sizeOf(id)) !== size) return false
    return nativeContentIdOf(await readFile(this.#pathOf(id))) === id
  }

  #pathOf(id: ContentId): string {
    return join(this.#folder, id.slice(-2), id)
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}
