import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '#protocol/bytes.ts'
import { GrowingTree } from '#protocol/log/growing-tree.ts'
import { emptyRoot, leafHashOf, rangeHashOf, rootOfLeaves } from '#protocol/log/merkle.ts'
import {
  consistencyRanges,
  inclusionRanges,
  provesConsistency,
  provesInclusion,
} from '#protocol/log/proofs.ts'
import { nodesInTiles } from '#protocol/log/tiles.ts'
import { naiveConsistency, naivePath, naiveRoot } from './naive-tree.ts'

/** The reference tree of Certificate Transparency's own tests: eight leaves, and the root after each. */
const referenceLeaves = [
  '0x',
  '0x00',
  '0x10',
  '0x2021',
  '0x3031',
  '0x40414243',
  '0x5051525354555657',
  '0x606162636465666768696a6b6c6d6e6f',
] as const
const referenceRoots = [
  '0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  '0xfac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  '0xaeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  '0xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '0x4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '0x76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  '0xddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
] as const

function treeOf(entries: readonly Uint8Array[]) {
  const tree = new GrowingTree()
  const tiles = new Map<string, Uint8Array>()
  for (const entry of entries)
    for (const { level, index, hashes } of tree.append(leafHashOf(entry)))
      tiles.set(`${level}/${index}`, hashes)
  for (const { level, index, hashes } of tree.partials) tiles.set(`${level}/${index}`, hashes)
  const read = nodesInTiles((level, index) => tiles.get(`${level}/${index}`) ?? new Uint8Array())
  return { head: tree.head, read }
}

function someEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => new TextEncoder().encode(`entry ${index}`))
}

describe('the Merkle tree of RFC 6962', () => {
  test('[O1] the reference tree has its known roots, leaf by leaf', () => {
    const tree = new GrowingTree()
    expect(tree.head).toEqual({ size: 0, root: emptyRoot })
    expect(emptyRoot).toBe('0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    for (const [place, leaf] of referenceLeaves.entries()) {
      tree.append(leafHashOf(fromHex(leaf)))
      expect(tree.head).toEqual({ size: place + 1, root: referenceRoots[place] })
      expect(rootOfLeaves(referenceLeaves.slice(0, place + 1).map((one) => leafHashOf(fromHex(one))))).toBe(
        referenceRoots[place],
      )
    }
  })

  test('[O1] the reference tree has its known proofs', () => {
    const { head, read } = treeOf(referenceLeaves.map(fromHex))
    const hashes = (ranges: ReturnType<typeof inclusionRanges>) =>
      ranges.map((range) => toHex(rangeHashOf(range, read)))
    expect(hashes(inclusionRanges(0, 8))).toEqual([
      '0x96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '0x5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '0x6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ])
    expect(hashes(consistencyRanges(6, 8))).toEqual([
      '0x0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      '0xca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      '0xd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
    expect(head.root).toBe(referenceRoots[7])
  })

  test('[O1] roots and proofs out of tiles are those of the naive tree, and hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), fc.nat(), (size, first, second) => {
        const entries = someEntries(size)
        const { head, read } = treeOf(entries)
        expect(head.root).toBe(toHex(naiveRoot(entries)))
        const index = first % size
        const path = inclusionRanges(index, size).map((range) => rangeHashOf(range, read))
        expect(path).toEqual(naivePath(index, entries))
        expect(
          provesInclusion(leafHashOf(someEntries(size)[index] ?? new Uint8Array()), index, head, path),
        ).toBe(true)
        const oldSize = 1 + (second % size)
        const proof = consistencyRanges(oldSize, size).map((range) => rangeHashOf(range, read))
        expect(proof).toEqual(naiveConsistency(oldSize, entries))
        const old = { size: oldSize, root: toHex(naiveRoot(entries.slice(0, oldSize))) }
        expect(provesConsistency(old, head, proof)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('[O2] a proof with anything changed does not hold', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('hash', 'missing', 'surplus', 'place', 'size', 'root', 'leaf'),
        (size, first, second, change) => {
          const entries = someEntries(size)
          const { head, read } = treeOf(entries)
          const index = first % size
          const leaf = leafHashOf(entries[index] ?? new Uint8Array())
          const path = inclusionRanges(index, size).map((range) => rangeHashOf(range, read))
          const spoilt = path.slice(1)
          const other = { ...head, root: toHex(naiveRoot(entries.slice(0, size - 1))) }
          const oldSize = 1 + (second % (size - 1))
          const old = { size: oldSize, root: toHex(naiveRoot(entries.slice(0, oldSize))) }
          const proof = consistencyRanges(oldSize, size).map((range) => rangeHashOf(range, read))
          const flipped = (list: readonly Uint8Array[]) =>
            list.map((hash, place) => (place === second % list.length ? leafHashOf(hash) : hash))
          switch (change) {
            case 'hash':
              expect(provesInclusion(leaf, index, head, flipped(path))).toBe(false)
              if (proof.length > 0) expect(provesConsistency(old, head, flipped(proof))).toBe(false)
              break
            case 'missing':
              expect(provesInclusion(leaf, index, head, spoilt)).toBe(false)
              if (proof.length > 0) expect(provesConsistency(old, head, proof.slice(1))).toBe(false)
              break
            case 'surplus':
              expect(provesInclusion(leaf, index, head, [...path, leaf])).toBe(false)
              expect(provesConsistency(old, head, [...proof, leaf])).toBe(false)
              break
            case 'place':
              expect(provesInclusion(leaf, (index + 1) % size, head, path)).toBe(false)
              expect(provesInclusion(leaf, size, head, path)).toBe(false)
              break
            case 'size':
              expect(provesConsistency(head, old, proof)).toBe(false)
              break
            case 'root':
              expect(provesInclusion(leaf, index, other, path)).toBe(false)
              expect(provesConsistency(old, other, proof)).toBe(false)
              expect(provesConsistency({ ...old, root: emptyRoot }, head, proof)).toBe(false)
              break
            case 'leaf':
              expect(provesInclusion(leafHashOf(leaf), index, head, path)).toBe(false)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  test('[O2] a head of the same size with another root is a fork, whatever is said for it', () => {
    const [one, other] = [treeOf(someEntries(9)).head, treeOf(someEntries(10).slice(1)).head]
    expect(provesConsistency(one, one, [])).toBe(true)
    expect(provesConsistency(one, other, [])).toBe(false)
  })
})
