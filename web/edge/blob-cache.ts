import type { ContentId } from '#protocol/ids.ts'
import { contentIdOf } from './content-digest.ts'

/**
 * Keeps blobs between visits. Duties: `get` answers what `put` was last given under that id, or undefined; `list` tells
 * of every blob kept, without its bytes. Any call may fail (storage full, private window): the cache then goes without.
 */
export interface BlobStore {
  get(id: ContentId): Promise<Uint8Array<ArrayBuffer> | undefined>
  put(id: ContentId, bytes: Uint8Array<ArrayBuffer>, usedAtMs: number): Promise<void>
  touch(id: ContentId, usedAtMs: number): Promise<void>
  delete(id: ContentId): Promise<void>
  list(): Promise<readonly StoredBlob[]>
}

export interface StoredBlob {
  readonly id: ContentId
  readonly bytes: number
  readonly usedAtMs: number
}

/** Where blobs come from. Duty: no more than `limits.blobBytesMax` bytes; whether they are the right ones is checked here. */
export type FetchBlob = (id: ContentId) => Promise<Uint8Array<ArrayBuffer>>

/** A blob could not be had, or what was had is not it. */
export class DataUnavailableError extends Error {
  constructor(id: ContentId, cause: unknown) {
    super(`The blob ${id} could not be fetched.`, { cause })
    this.name = 'DataUnavailableError'
  }
}

export interface BlobCacheOptions {
  readonly bytesMax: number
  readonly nowMs: () => number
}

/** Blobs by content id: from the store where they are whole, else fetched, checked and kept. */
export class BlobCache {
  readonly #store: BlobStore
  readonly #fetch: FetchBlob
  readonly #options: BlobCacheOptions
  /** Two units that start together want the same blobs. */
  readonly #loading = new Map<ContentId, Promise<Uint8Array<ArrayBuffer>>>()
  /** Stores one after the other, because room is made before it is taken. */
  #storing: Promise<void> = Promise.resolve()

  constructor(store: BlobStore, fetchBlob: FetchBlob, options: BlobCacheOptions) {
    this.#store = store
    this.#fetch = fetchBlob
    this.#options = options
  }

  /**
   * The blob's bytes, which hash to its id.
   *
   * @throws {DataUnavailableError} when two fetches failed or brought other bytes.
   */
  async load(id: ContentId): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.#loading.get(id)
    if (known) return known
    const loading = this.#load(id)
    this.#loading.set(id, loading)
    try {
      return await loading
    } finally {
      this.#loading.delete(id)
    }
  }

  async #load(id: ContentId): Promise<Uint8Array<ArrayBuffer>> {
    const stored = await this.#read(id)
    if (stored) return stored
    const fetched = await this.#fetchChecked(id)
    this.#storing = this.#storing.then(() => this.#keep(id, fetched))
    await this.#storing
    return fetched
  }

  async #read(id: ContentId): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const bytes = await this.#store.get(id)
      if (!bytes) return undefined
      if ((await contentIdOf(bytes)) === id) {
        await this.#store.touch(id, this.#options.nowMs())
        return bytes
      }
      await this.#store.delete(id)
    } catch {
      // A store that fails is one that has nothing.
    }
    return undefined
  }

  async #fetchChecked(id: ContentId): Promise<Uint8Array<ArrayBuffer>> {
    let cause: unknown
    for (let attempt = 0; attempt < 2; attempt += 1) {
      try {
        const bytes = await this.#fetch(id)
        const found = await contentIdOf(bytes)
        if (found === id) return bytes
        cause = new Error(`The bytes that came are ${found}.`)
      } catch (error) {
        cause = error
      }
    }
    throw new DataUnavailableError(id, cause)
  }

  async #keep(id: ContentId, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (bytes.length > this.#options.bytesMax) return
    try {
      await this.#makeRoom(this.#options.bytesMax - bytes.length)
      await this.#store.put(id, bytes, this.#options.nowMs())
    } catch {
      // Not kept: the next visit fetches it again.
    }
  }

  /** Lets the least recently used go until the rest has at most `bytesLeft`. */
  async #makeRoom(bytesLeft: number): Promise<void> {
    const blobs = [...(await this.#store.list())].sort((left, right) => left.usedAtMs - right.usedAtMs)
    let total = blobs.reduce((sum, blob) => sum + blob.bytes, 0)
    for (const blob of blobs) {
      if (total <= bytesLeft) return
      await this.#store.delete(blob.id)
      total -= blob.bytes
    }
  }
}
