import { keccak_256 } from '@noble/hashes/sha3.js'
import { assert } from './assert.ts'
import { bigEndian, concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import type { ProviderId } from './ids.ts'

/** What a provider has earned in all, ever. Roots are cumulative, so one claim covers every epoch before. */
export interface Earning {
  readonly provider: ProviderId
  readonly cumulativeWei: bigint
}

/**
 * The payout tree of an epoch, in OpenZeppelin's StandardMerkleTree format with the types
 * ['address', 'uint256']: leaf = keccak256(keccak256(abi.encode(account, cumulative))), leaves sorted
 * by hash, pairs hashed in sorted order, tree as an array with the root first.
 */
export interface PayoutTree {
  readonly root: Hex
  /** The sibling hashes from the provider's leaf to the root; undefined for a provider without a leaf. */
  proofOf(provider: ProviderId): readonly Hex[] | undefined
}

/** Builds the tree. There must be at least one earning, and each provider at most once. */
export function buildPayoutTree(earnings: readonly Earning[]): PayoutTree {
  assert(earnings.length > 0, 'a payout tree has at least one leaf')
  const leaves = earnings.map((earning) => ({ provider: earning.provider, hash: payoutLeafOf(earning) }))
  leaves.sort((left, right) => compareBytes(left.hash, right.hash))
  const nodes = new Array<Uint8Array>(2 * leaves.length - 1)
  const place = new Map<ProviderId, number>()
  leaves.forEach((leaf, index) => {
    const position = nodes.length - 1 - index
    nodes[position] = leaf.hash
    assert(!place.has(leaf.provider), 'a provider has one leaf')
    place.set(leaf.provider, position)
  })
  for (let index = nodes.length - 1 - leaves.length; index >= 0; index -= 1)
    nodes[index] = hashPair(nodeAt(nodes, 2 * index + 1), nodeAt(nodes, 2 * index + 2))
  return {
    root: toHex(nodeAt(nodes, 0)),
    proofOf(provider) {
      const start = place.get(provider)
      return start === undefined ? undefined : [...siblingsOf(nodes, start)]
    },
  }
}

/** keccak256(keccak256(abi.encode(account, cumulative))). */
export function payoutLeafOf(earning: Earning): Uint8Array {
  return keccak_256(
    keccak_256(
      concatBytes(new Uint8Array(12), fromHex(earning.provider), bigEndian(earning.cumulativeWei, 32)),
    ),
  )
}

function* siblingsOf(nodes: readonly Uint8Array[], start: number): Generator<Hex> {
  for (let index = start; index > 0; index = Math.floor((index - 1) / 2))
    yield toHex(nodeAt(nodes, index % 2 === 0 ? index - 1 : index + 1))
}

function nodeAt(nodes: readonly Uint8Array[], index: number): Uint8Array {
  const node = nodes[index]
  assert(node, 'a tree index is inside the tree')
  return node
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak_256(compareBytes(left, right) < 0 ? concatBytes(left, right) : concatBytes(right, left))
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (let index = 0; index < left.length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
