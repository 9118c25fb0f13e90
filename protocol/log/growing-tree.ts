import { concatBytes, toHex } from '../bytes.ts'
import { emptyRoot, rangeHashOf, subtreeOf, type TreeHead } from './merkle.ts'
import { nodesInTiles, tileWidth } from './tiles.ts'

/** A tile as it is stored. */
export interface HashTile {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array<ArrayBuffer>
}

/** The right edge of a log's tree: all it takes to grow it, at most 255 hashes a level. */
export class GrowingTree {
  /** Of each level the hashes of its last tile, which is never full. */
  readonly #edges: Uint8Array[][] = [[]]
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Takes the next leaf hash. Gives the tiles that are full with it, the lowest first. */
  append(leafHash: Uint8Array): HashTile[] {
    this.#size += 1
    const full: HashTile[] = []
    let hash = leafHash
    for (let level = 0; ; level += 1) {
      const edge = (this.#edges[level] ??= [])
      edge.push(hash)
      if (edge.length < tileWidth) return full
      full.push({ level, index: this.#tileIndexAt(level) - 1, hashes: concatBytes(...edge) })
      hash = subtreeOf(edge)
      this.#edges[level] = []
    }
  }

  get head(): TreeHead {
    if (this.#size === 0) return { size: 0, root: emptyRoot }
    const edges = this.#edges.map((edge) => concatBytes(...edge))
    const read = nodesInTiles((level) => edges[level] ?? new Uint8Array())
    // Each node that the root is made of lies on the edge: its level's bit of the size says that it is there.
    const offsetRead = (level: number, index: number) => {
      const tileLevel = Math.floor(level / 8)
      const inTile = (index * 2 ** (level % 8)) % tileWidth
      return read(tileLevel * 8 + (level % 8), inTile / 2 ** (level % 8))
    }
    return { size: this.#size, root: toHex(rangeHashOf({ begin: 0, end: this.#size }, offsetRead)) }
  }

  /** The last tile of each level, where it holds anything. */
  get partials(): HashTile[] {
    return this.#edges.flatMap((edge, level) =>
      edge.length === 0 ? [] : [{ level, index: this.#tileIndexAt(level), hashes: concatBytes(...edge) }],
    )
  }

  #tileIndexAt(level: number): number {
    return Math.floor(this.#size / tileWidth ** (level + 1))
  }
}
