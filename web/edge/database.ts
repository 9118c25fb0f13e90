import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { ContentId } from '#protocol/ids.ts'
import type { BlobStore } from './blob-cache.ts'

/** What a contributor's browser keeps. Opened only once they have started. */
interface MaskSchema extends DBSchema {
  /** 32 secret bytes under the key `session`. Whoever holds them holds the pay that has no wallet yet. */
  identity: { key: string; value: Uint8Array<ArrayBuffer> }
  blobs: { key: ContentId; value: Uint8Array<ArrayBuffer> }
  /** Apart from the bytes, so that choosing what to let go reads no blob. */
  blobUses: { key: ContentId; value: { readonly bytes: number; readonly usedAtMs: number } }
  /** What the contributor wants, what was downloaded today, what was measured of the device; see offer-store.ts. */
  offer: { key: string; value: unknown }
  /** Which wallet was connected last; see wallet/last-wallet.ts. */
  wallet: { key: string; value: unknown }
}

export type Database = IDBPDatabase<MaskSchema>

export function openDatabase(): Promise<Database> {
  return openDB<MaskSchema>('mask', 3, {
    upgrade(database, versionBefore) {
      if (versionBefore < 1) {
        database.createObjectStore('identity')
        database.createObjectStore('blobs')
        database.createObjectStore('blobUses')
      }
      if (versionBefore < 2) database.createObjectStore('offer')
      database.createObjectStore('wallet')
    },
  })
}

/** Blobs in IndexedDB. */
export function indexedBlobStore(database: Database): BlobStore {
  return {
    get: (id) => database.get('blobs', id),
    async put(id, bytes, usedAtMs) {
      const change = database.transaction(['blobs', 'blobUses'], 'readwrite')
      await Promise.all([
        change.objectStore('blobs').put(bytes, id),
        change.objectStore('blobUses').put({ bytes: bytes.length, usedAtMs }, id),
        change.done,
      ])
    },
    async touch(id, usedAtMs) {
      const change = database.transaction('blobUses', 'readwrite')
      const use = await change.store.get(id)
      if (use) await change.store.put({ ...use, usedAtMs }, id)
      await change.done
    },
    async delete(id) {
      const change = database.transaction(['blobs', 'blobUses'], 'readwrite')
      await Promise.all([
        change.objectStore('blobs').delete(id),
        change.objectStore('blobUses').delete(id),
        change.done,
      ])
    },
    async list() {
      const { store } = database.transaction('blobUses')
      const [ids, uses] = await Promise.all([store.getAllKeys(), store.getAll()])
      return uses.map((use, index) => ({ id: ids[index] ?? '', ...use }))
    },
  }
}
