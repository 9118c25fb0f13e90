import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GrowingTree } from '#protocol/log/growing-tree.ts'
import { leafHashOf } from '#protocol/log/merkle.ts'
import {
  decodeBundle,
  encodeBundle,
  tileAtPath,
  tilePathOf,
  tilesBetween,
  widthAt,
} from '#protocol/log/tiles.ts'

describe('the files of a log, by C2SP tlog-tiles', () => {
  test('[O3] paths are those of the specification', () => {
    expect(tilePathOf({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePathOf({ level: 'entries', index: 273, width: 112 })).toBe('tile/entries/273.p/112')
    expect(tilePathOf({ level: 2, index: 0, width: 1 })).toBe('tile/2/000.p/1')
  })

  test('[O3] a path names one tile, and every tile has one path', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.nat(63))
    const tile = fc.record({
      level,
      index: fc.nat(999_999_999),
      width: fc.integer({ min: 1, max: 256 }),
    })
    fc.assert(
      fc.property(tile, (one) => {
        expect(tileAtPath(tilePathOf(one))).toEqual(one)
      }),
    )
    for (const path of [
      'tile/0/1',
      'tile/00/001',
      'tile/64/001',
      'tile/0/x000/001',
      'tile/0/001.p/0',
      'tile/0/001.p/256',
      'tile/0/001.p/07',
      'tile/0/../../key',
      'tile/0/001/',
      'tile/0/x001',
      'tile/data/001',
    ])
      expect(tileAtPath(path), path).toBeUndefined()
  })

  test('[O3] a tree of 70,000 entries has the tiles that the specification counts', () => {
    const tiles = tilesBetween(0, 70_000)
    const at = (level: number | 'entries') => tiles.filter((tile) => tile.level === level)
    expect(at(0)).toHaveLength(274)
    expect(at(0).at(-1)).toEqual({ level: 0, index: 273, width: 112 })
    expect(at('entries')).toHaveLength(274)
    expect(at(1)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 17 },
    ])
    expect(at(2)).toEqual([{ level: 2, index: 0, width: 1 }])
    expect(tilesBetween(0, 256).map(tilePathOf)).toEqual(['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1'])
  })

  test('[O3] what a tree gains is the tiles that are new or wider, and they are what growing it makes', () => {
    fc.assert(
      fc.property(fc.nat(1_500), fc.nat(1_500), (one, other) => {
        const [oldSize, size] = [Math.min(one, other), Math.max(one, other)]
        const tree = new GrowingTree()
        const made = new Map<string, number>()
        for (let index = 0; index < size; index += 1) {
          const full = tree.append(leafHashOf(Uint8Array.of(index & 0xff)))
          if (index >= oldSize) for (const tile of full) made.set(`${tile.level}/${tile.index}`, 256)
        }
        for (const { level, index, hashes } of tree.partials)
          made.set(`${level}/${index}`, hashes.length / 32)
        for (const tile of tilesBetween(oldSize, size)) {
          expect(tile.width).toBe(widthAt(tile.level, tile.index, size))
          expect(tile.width).toBeGreaterThan(widthAt(tile.level, tile.index, oldSize))
          if (tile.level !== 'entries') expect(made.get(`${tile.level}/${tile.index}`)).toBe(tile.width)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('[O3] bundles come back as they went in; a cut one is refused', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(entries, fc.nat(), (list, cut) => {
        const bundle = encodeBundle(list)
        expect(decodeBundle(bundle, list.length)).toEqual(list)
        expect(() => decodeBundle(bundle, list.length + 1)).toThrow()
        expect(() => decodeBundle(bundle.slice(0, cut % bundle.length), list.length)).toThrow()
      }),
    )
  })
})
