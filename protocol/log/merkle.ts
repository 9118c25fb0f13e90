import { sha256 } from '@noble/hashes/sha2.js'
import { assert } from '../assert.ts'
import { toHex, type Hex } from '../bytes.ts'

/** Merkle trees over a growing list, as RFC 6962 (section 2.1) hashes them, with SHA-256. All hashes have 32 bytes. */

export const hashBytes = 32

/** What a log says about itself: so many entries, under this root. */
export interface TreeHead {
  readonly size: number
  readonly root: Hex
}

/** The entries from `begin` to before `end`. */
export interface EntryRange {
  readonly begin: number
  readonly end: number
}

/** The hash over the 2^`level` entries from `index` × 2^`level` on, all of them there. */
export type ReadNode = (level: number, index: number) => Uint8Array

/** The root of a log without entries: SHA-256 of nothing. */
export const emptyRoot: Hex = toHex(sha256(new Uint8Array()))

/** SHA-256(0x00 || entry). */
export function leafHashOf(entry: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + entry.length)
  prefixed.set(entry, 1)
  return sha256(prefixed)
}

/** SHA-256(0x01 || left || right). */
export function nodeHashOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + 2 * hashBytes)
  prefixed[0] = 1
  prefixed.set(left, 1)
  prefixed.set(right, 1 + hashBytes)
  return sha256(prefixed)
}

/** Whether a tree has a node of its own for the range: 2^k entries from a multiple of 2^k on. */
export function isNode({ begin, end }: EntryRange): boolean {
  const count = end - begin
  return count > 0 && splitOf(2 * count) === count && begin % count === 0
}

/** The largest power of two below `count`, which must be above 1: where RFC 6962 parts a list. */
export function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

/** The level of a node over 2^level entries. */
export function levelOf(count: number): number {
  return Math.round(Math.log2(count))
}

/** The hash of a range that is one of a tree's: MTH(D[begin:end]). */
export function rangeHashOf(range: EntryRange, read: ReadNode): Uint8Array {
  const { begin, end } = range
  const count = end - begin
  assert(count > 0, 'a range to hash has an entry')
  if (isNode(range)) return read(levelOf(count), begin / count)
  const middle = begin + splitOf(count)
  return nodeHashOf(rangeHashOf({ begin, end: middle }, read), rangeHashOf({ begin: middle, end }, read))
}

/** The nodes that make up the hash of a range, from left to right. */
export function nodesOf(range: EntryRange): EntryRange[] {
  if (isNode(range)) return [range]
  const middle = range.begin + splitOf(range.end - range.begin)
  return [...nodesOf({ begin: range.begin, end: middle }), ...nodesOf({ begin: middle, end: range.end })]
}

/** The hash over a list of complete subtrees that lie next to one another, for a tree that is kept as a list of leaves. */
export function rootOfLeaves(leaves: readonly Uint8Array[]): Hex {
  if (leaves.length === 0) return emptyRoot
  return toHex(subtreeOf(leaves))
}

/** The node over 2^k hashes, or the root over any number of them. */
export function subtreeOf(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes
  while (row.length > 1) {
    const above: Uint8Array[] = []
    for (let place = 0; place < row.length; place += 2) {
      const [left, right] = [row[place], row[place + 1]]
      assert(left, 'a place in a row holds a hash')
      above.push(right ? nodeHashOf(left, right) : left)
    }
    row = above
  }
  const [root] = row
  assert(root, 'a subtree has a leaf')
  return root
}
