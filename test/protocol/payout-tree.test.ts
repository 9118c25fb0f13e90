import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import { buildPayoutTree, type Earning } from '#protocol/payout-tree.ts'

const encoding = ['address', 'uint256']
const earning = fc.record({
  provider: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(toHex),
  cumulativeWei: fc.oneof(
    fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
    fc.constantFrom(1n, 2n ** 64n, 2n ** 256n - 1n),
  ),
})
const earnings = (count: { minLength: number; maxLength: number }) =>
  fc.uniqueArray(earning, { ...count, selector: ({ provider }) => provider })

function compare(leaves: readonly Earning[]): void {
  const witness = StandardMerkleTree.of(
    leaves.map(({ provider, cumulativeWei }) => [provider, cumulativeWei]),
    encoding,
  )
  const tree = buildPayoutTree(leaves)
  expect(tree.root).toBe(witness.root)
  for (const { provider, cumulativeWei } of leaves) {
    const proof = tree.proofOf(provider)
    expect(proof).toEqual(witness.getProof([provider, cumulativeWei]))
    expect(
      StandardMerkleTree.verify(tree.root, encoding, [provider, cumulativeWei], [...(proof ?? [])]),
    ).toBe(true)
    expect(
      StandardMerkleTree.verify(tree.root, encoding, [provider, cumulativeWei - 1n], [...(proof ?? [])]),
    ).toBe(false)
  }
}

test('[P5] root and proofs are those of OpenZeppelin’s tree, for small trees of every shape', () => {
  fc.assert(fc.property(earnings({ minLength: 1, maxLength: 17 }), compare), { numRuns: 40 })
})

test('[P5] root and proofs are those of OpenZeppelin’s tree, up to two hundred leaves', () => {
  fc.assert(fc.property(earnings({ minLength: 100, maxLength: 200 }), compare), { numRuns: 3 })
})

test('[P5] the order of the leaves does not matter, and a stranger has no proof', () => {
  const leaves = Array.from({ length: 9 }, (_, index) => anEarning(index))
  expect(buildPayoutTree(leaves.toReversed()).root).toBe(buildPayoutTree(leaves).root)
  expect(buildPayoutTree(leaves).proofOf(anEarning(9).provider)).toBeUndefined()
})

test('[P5] a provider with two leaves, or no leaf at all, is our own mistake', () => {
  expect(() => buildPayoutTree([anEarning(1), anEarning(1)])).toThrow('a provider has one leaf')
  expect(() => buildPayoutTree([])).toThrow('at least one leaf')
})

function anEarning(index: number): Earning {
  return { provider: toHex(new Uint8Array(20).fill(index)), cumulativeWei: 10n ** 18n + BigInt(index) }
}
