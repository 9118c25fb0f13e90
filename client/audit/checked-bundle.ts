import { equalBytes } from '#protocol/bytes.ts'
import { hashBytes, leafHashOf } from '#protocol/log/merkle.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import { decodeBundle, hashAt } from '#protocol/log/tiles.ts'
import { Refusal } from '#protocol/refusal.ts'

/** An entry and its leaf hash. */
export interface Leaf {
  readonly encoded: Uint8Array
  readonly hash: Uint8Array
}

/**
 * The entries of a bundle, each the one whose hash is in the tile beside it.
 *
 * @param width how many entries the tree has there; bundle and tile may be wider
 * @param first the place of the bundle's first entry
 * @throws {LogFault} that names the first entry that is another
 */
export function checkedEntries(bundle: Uint8Array, hashes: Uint8Array, width: number, first: number): Leaf[] {
  const leaves: Leaf[] = []
  let offset = 0
  while (leaves.length < width) {
    const index = first + leaves.length
    const [encoded] = entryAt(bundle, offset, index)
    if (!encoded) throw new LogFault(index, 'entry', 'The log does not show it, and counts it.')
    const hash = leafHashOf(encoded)
    const isThere = hashes.length >= (leaves.length + 1) * hashBytes
    if (!isThere || !equalBytes(hash, hashAt(hashes, leaves.length)))
      throw new LogFault(index, 'entry', 'It is not the entry whose hash is in the tree.')
    leaves.push({ encoded, hash })
    offset += 2 + encoded.length
  }
  return leaves
}

/** The entries of a bundle, the first `width` of them, as they are. */
export function entriesIn(bundle: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let offset = 0; offset < bundle.length && entries.length < width;) {
    const [entry] = entryAt(bundle, offset, entries.length)
    if (!entry) break
    entries.push(entry)
    offset += 2 + entry.length
  }
  return entries
}

function entryAt(bundle: Uint8Array, offset: number, index: number): Uint8Array[] {
  if (offset >= bundle.length) return []
  const length = ((bundle[offset] ?? 0) << 8) | (bundle[offset + 1] ?? 0)
  try {
    return decodeBundle(bundle.subarray(offset, offset + 2 + length), 1)
  } catch (error) {
    if (error instanceof Refusal) throw new LogFault(index, 'entry', error.message)
    throw error
  }
}
