import { assert } from '../assert.ts'
import { concatBytes } from '../bytes.ts'
import { Refusal } from '../refusal.ts'
import { hashBytes, levelOf, subtreeOf, type EntryRange, type ReadNode } from './merkle.ts'

/** The files a log consists of, by C2SP tlog-tiles: 256 hashes, or 256 entries, in each; the last ones are partial. */

export const tileWidth = 256
/** An entry's length is two bytes in its bundle. */
export const entryBytesMax = 65_535

/** Hashes `index` × 256 … of level 8 × `level` of the tree, or (`level: 'entries'`) the entries themselves. */
export interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  /** 256, or fewer in a partial tile. */
  readonly width: number
}

/** The path of a tile under a log's prefix, e.g. `tile/0/x001/x234/067` or `tile/entries/000.p/3`. */
export function tilePathOf({ level, index, width }: Tile): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/\d{3}/g) ?? []
  const name = groups.map((group, place) => (place < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${name}${width === tileWidth ? '' : `.p/${width}`}`
}

/** The tile that a path names; undefined for any other text, other spellings of a tile's path among it. */
export function tileAtPath(path: string): Tile | undefined {
  const match = /^tile\/(\d{1,2}|entries)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path)
  if (!match) return undefined
  const [, level = '', groups = '', width] = match
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  }
  const isInside = tile.width >= 1 && (level === 'entries' || Number(level) <= 63)
  return isInside && tilePathOf(tile) === path ? tile : undefined
}

/** How wide a tile is in a tree of `size` entries; 0: it is not there. */
export function widthAt(level: Tile['level'], index: number, size: number): number {
  const hashes = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level))
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth))
}

/** The tiles that a tree of `size` entries has, or has wider, beyond one of `oldSize`: level by level, entries first. */
export function tilesBetween(oldSize: number, size: number): Tile[] {
  const tiles: Tile[] = []
  const levels: Tile['level'][] = ['entries', 0]
  for (let level = 1; tileWidth ** level <= size; level += 1) levels.push(level)
  for (const level of levels) {
    const span = tileWidth ** (level === 'entries' ? 0 : level)
    const [before, now] = [Math.floor(oldSize / span), Math.floor(size / span)]
    for (let index = Math.floor(before / tileWidth); index * tileWidth < now; index += 1) {
      const width = widthAt(level, index, size)
      if (width > widthAt(level, index, oldSize)) tiles.push({ level, index, width })
    }
  }
  return tiles
}

/** The tile with the hashes of a node, in a tree of `size` entries. */
export function tileOfNode({ begin, end }: EntryRange, size: number): Tile {
  const { level, first } = placeOfNode(levelOf(end - begin), begin / (end - begin))
  const index = Math.floor(first / tileWidth)
  return { level, index, width: widthAt(level, index, size) }
}

/** Reads nodes out of tiles. `tileOf` gives the hashes of the tile with this level and index, at least as many as are there. */
export function nodesInTiles(tileOf: (level: number, index: number) => Uint8Array): ReadNode {
  return (level, index) => {
    const { level: tileLevel, first, count } = placeOfNode(level, index)
    const tile = tileOf(tileLevel, Math.floor(first / tileWidth))
    const begin = first % tileWidth
    const hashes = Array.from({ length: count }, (_, place) => hashAt(tile, begin + place))
    return subtreeOf(hashes)
  }
}

/** Which hashes of which tile level a node is made of. */
function placeOfNode(level: number, index: number): { level: number; first: number; count: number } {
  const count = 2 ** (level % 8)
  return { level: Math.floor(level / 8), first: index * count, count }
}

/** Hash number `place` of a tile. */
export function hashAt(tile: Uint8Array, place: number): Uint8Array {
  const hash = tile.subarray(place * hashBytes, (place + 1) * hashBytes)
  assert(hash.length === hashBytes, 'a tile holds the hash that is asked for')
  return hash
}

/** A bundle: each entry after its length in two bytes, big-endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(
    ...entries.flatMap((entry) => {
      assert(entry.length <= entryBytesMax, 'an entry fits into a bundle')
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]
    }),
  )
}

/**
 * The entries of a bundle.
 *
 * @throws {Refusal} `malformed` when it does not hold exactly `count` entries.
 */
export function decodeBundle(bundle: Uint8Array, count: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  let offset = 0
  while (offset < bundle.length) {
    const length = ((bundle[offset] ?? 0) << 8) | (bundle[offset + 1] ?? 0)
    const entry = bundle.slice(offset + 2, offset + 2 + length)
    if (offset + 2 + length > bundle.length || entry.length !== length)
      throw new Refusal('malformed', 'A bundle of entries ends inside one of them.')
    entries.push(entry)
    offset += 2 + length
  }
  if (entries.length !== count)
    throw new Refusal('malformed', `A bundle holds ${entries.length} entries, not ${count}.`)
  return entries
}
