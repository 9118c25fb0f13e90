import type { BlobStore } from '#web/edge/blob-cache.ts'

/** A blob store in memory; `failing` makes it behave like a full disk or a private window. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, { bytes: Uint8Array<ArrayBuffer>; usedAtMs: number }>()
  failing = false

  async get(id: string) {
    await this.#answer()
    return this.#blobs.get(id)?.bytes.slice()
  }

  async put(id: string, bytes: Uint8Array<ArrayBuffer>, usedAtMs: number) {
    await this.#answer()
    this.#blobs.set(id, { bytes: bytes.slice(), usedAtMs })
  }

  async touch(id: string, usedAtMs: number) {
    await this.#answer()
    const blob = this.#blobs.get(id)
    if (blob) blob.usedAtMs = usedAtMs
  }

  async delete(id: string) {
    await this.#answer()
    this.#blobs.delete(id)
  }

  async list() {
    await this.#answer()
    return [...this.#blobs].map(([id, { bytes, usedAtMs }]) => ({ id, bytes: bytes.length, usedAtMs }))
  }

  /** As a bad sector would. */
  corrupt(id: string): void {
    const blob = this.#blobs.get(id)
    if (blob) blob.bytes[0] = (blob.bytes[0] ?? 0) ^ 0xff
  }

  #answer(): Promise<void> {
    return this.failing ? Promise.reject(new Error('the store is full')) : Promise.resolve()
  }
}
