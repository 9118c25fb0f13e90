import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileBlobs } from '#coordinator/edge/blobs/file-blobs.ts'
import { SqliteStore } from '#coordinator/edge/store/sqlite-store.ts'
import type { StoreUnderTest } from './store-compliance.ts'

/** Where one store lies: `mask.sqlite` and `blobs` in a folder of their own. */
export function openStoreIn(folder: string): SqliteStore {
  return SqliteStore.open(join(folder, 'mask.sqlite'), new FileBlobs(join(folder, 'blobs')))
}

export async function aFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'mask-test-'))
}

/** An embedded store in a folder that goes when it does. */
export async function aSqliteStore(): Promise<StoreUnderTest & { readonly folder: string }> {
  const folder = await aFolder()
  const first = openStoreIn(folder)
  let store = first
  return {
    folder,
    store: first,
    async reopen() {
      await store.close()
      store = openStoreIn(folder)
      return store
    },
    async dispose() {
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}
