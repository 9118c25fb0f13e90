import type { ContentId } from '#protocol/ids.ts'

/**
 * Keeps bytes under their content id. Its duties:
 *
 * 1. When `put` has settled, the bytes survive the end of the process and a power cut.
 * 2. `get` gives back exactly the bytes of the id, undefined when there are none, and throws a `Refusal`
 *    with the reason `blobCorrupt` when what is stored is no longer what was put.
 * 3. Putting the same bytes again changes nothing, also at the same time.
 */
export interface Blobs {
  put(bytes: Uint8Array): Promise<ContentId>
  get(id: ContentId): Promise<Uint8Array<ArrayBuffer> | undefined>
  has(id: ContentId): Promise<boolean>
  /** How many bytes are stored under the id; undefined when there are none. */
  sizeOf(id: ContentId): Promise<number | undefined>
}
