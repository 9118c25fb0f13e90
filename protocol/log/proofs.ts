import { equalBytes, fromHex } from '../bytes.ts'
import { nodeHashOf, splitOf, type EntryRange, type TreeHead } from './merkle.ts'

/** Proofs of RFC 6962, sections 2.1.1 and 2.1.2: what they consist of, and whether they hold. */

/** The ranges whose hashes, in this order, prove that entry `index` is in a tree of `size` entries. */
export function inclusionRanges(index: number, size: number): EntryRange[] {
  const ranges: EntryRange[] = []
  let [begin, end] = [0, size]
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin)
    if (index < middle) {
      ranges.unshift({ begin: middle, end })
      end = middle
    } else {
      ranges.unshift({ begin, end: middle })
      begin = middle
    }
  }
  return ranges
}

/** The ranges whose hashes, in this order, prove that a tree of `size` entries begins with all `oldSize` of another. */
export function consistencyRanges(oldSize: number, size: number): EntryRange[] {
  if (oldSize === 0 || oldSize === size) return []
  const ranges: EntryRange[] = []
  let [begin, end] = [0, size]
  while (end !== oldSize) {
    const middle = begin + splitOf(end - begin)
    if (oldSize <= middle) {
      ranges.unshift({ begin: middle, end })
      end = middle
    } else {
      ranges.unshift({ begin, end: middle })
      begin = middle
    }
  }
  // The old tree's own last part, unless it is the whole old tree, whose root the verifier has.
  if (begin > 0) ranges.unshift({ begin, end })
  return ranges
}

/** Whether a proof shows that the entry with this leaf hash is number `index` of the tree. (RFC 9162, 2.1.3.2) */
export function provesInclusion(
  leafHash: Uint8Array,
  index: number,
  { size, root }: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (!isPlace(index) || !isPlace(size) || index >= size) return false
  let [place, last] = [index, size - 1]
  let hash = leafHash
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(place) || place === last) {
      hash = nodeHashOf(sibling, hash)
      while (!isOdd(place) && place > 0) [place, last] = [half(place), half(last)]
    } else hash = nodeHashOf(hash, sibling)
    ;[place, last] = [half(place), half(last)]
  }
  return last === 0 && equalBytes(hash, fromHex(root))
}

/** Whether a proof shows that the new tree begins with all of the old one. (RFC 9162, 2.1.4.2) */
export function provesConsistency(old: TreeHead, head: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isPlace(old.size) || !isPlace(head.size) || old.size > head.size) return false
  if (old.size === 0) return proof.length === 0
  if (old.size === head.size) return proof.length === 0 && old.root === head.root
  let [place, last] = [old.size - 1, head.size - 1]
  while (isOdd(place)) [place, last] = [half(place), half(last)]
  // A tree of 2^k entries is a node of the new one: the proof does not repeat it.
  const [first, ...rest] = place === 0 ? [fromHex(old.root), ...proof] : proof
  if (!first) return false
  let [oldHash, newHash] = [first, first]
  for (const sibling of rest) {
    if (last === 0) return false
    if (isOdd(place) || place === last) {
      oldHash = nodeHashOf(sibling, oldHash)
      newHash = nodeHashOf(sibling, newHash)
      while (!isOdd(place) && place > 0) [place, last] = [half(place), half(last)]
    } else newHash = nodeHashOf(newHash, sibling)
    ;[place, last] = [half(place), half(last)]
  }
  return last === 0 && equalBytes(oldHash, fromHex(old.root)) && equalBytes(newHash, fromHex(head.root))
}

function isPlace(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0
}

// Sizes go beyond what bit operators take.
function isOdd(number: number): boolean {
  return number % 2 === 1
}

function half(number: number): number {
  return Math.floor(number / 2)
}
