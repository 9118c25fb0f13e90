import { equalBytes, fromHex, toHex, type Hex } from '#protocol/bytes.ts'
import { openCheckpoint } from '#protocol/log/checkpoint.ts'
import type { LogEntry } from '#protocol/log/entries.ts'
import { GrowingTree } from '#protocol/log/growing-tree.ts'
import { emptyRoot, rangeHashOf, type TreeHead } from '#protocol/log/merkle.ts'
import type { VerifierKey } from '#protocol/log/note.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import { replayEntry } from '#protocol/log/replay/replay.ts'
import { newReplay, type Replay } from '#protocol/log/replay/state.ts'
import { nodesInTiles, tileWidth, widthAt } from '#protocol/log/tiles.ts'
import { Refusal } from '#protocol/refusal.ts'
import { checkedEntries } from './checked-bundle.ts'
import type { LogSource } from './log-source.ts'

/**
 * Follows one log from its first entry on: every checkpoint must be signed and extend those before, every entry must be
 * the one in the tree, and must follow from those before it.
 */
export class LogFollower {
  readonly replay: Replay = newReplay()
  readonly #source: LogSource
  readonly #key: VerifierKey
  readonly #tree = new GrowingTree()
  /** The leaf hashes, and those above, as the tree's full tiles. */
  readonly #tiles = new Map<string, Uint8Array>()
  /** What was seen of it before this follower's time. */
  readonly #seen: TreeHead
  #head: TreeHead = { size: 0, root: emptyRoot }

  constructor(source: LogSource, key: VerifierKey, seen: TreeHead = { size: 0, root: emptyRoot }) {
    this.#source = source
    this.#key = key
    this.#seen = seen
  }

  /** The newest head that was followed. */
  get head(): TreeHead {
    return this.#head
  }

  /**
   * Takes all that is new up to the log's checkpoint.
   *
   * @param hear is given each entry with its place, after it was found to be right
   * @throws {LogFault} that names the first entry that is wrong; for a head that is, the entry after its last.
   */
  async follow(hear: (entry: LogEntry, index: number) => void): Promise<TreeHead> {
    const head = await this.#checkpoint()
    const least = Math.max(this.#head.size, this.#seen.size)
    if (head.size < least)
      throw new LogFault(head.size, 'checkpoint', `The log had ${least} entries, and shows ${head.size} now.`)
    if (head.size === this.#head.size && head.root !== this.#head.root)
      throw new LogFault(
        head.size,
        'checkpoint',
        'The log has shown another tree of this size: it is forked.',
      )
    while (this.#tree.size < head.size) await this.#takeBundle(head, hear)
    if (this.#tree.head.root !== head.root)
      throw new LogFault(head.size, 'checkpoint', 'The log’s entries are not those of its signed tree.')
    this.#head = head
    return head
  }

  /** The root that the log had at an earlier size. */
  rootAt(size: number): Hex {
    if (size === 0) return emptyRoot
    const edge = new Map(this.#tree.partials.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]))
    const read = nodesInTiles((level, index) => {
      const key = `${level}/${index}`
      return this.#tiles.get(key) ?? edge.get(key) ?? new Uint8Array()
    })
    return toHex(rangeHashOf({ begin: 0, end: size }, read))
  }

  async #checkpoint(): Promise<TreeHead> {
    try {
      const { size, root } = openCheckpoint(await this.#source.checkpoint(), this.#key)
      return { size, root }
    } catch (error) {
      if (error instanceof Refusal) throw new LogFault(this.#head.size, 'checkpoint', error.message)
      throw error
    }
  }

  /** Takes the rest of the bundle in which the next entry is. */
  async #takeBundle(head: TreeHead, hear: (entry: LogEntry, index: number) => void): Promise<void> {
    const index = Math.floor(this.#tree.size / tileWidth)
    const width = widthAt('entries', index, head.size)
    const [bundle, hashes] = await Promise.all([
      this.#source.tile({ level: 'entries', index, width }),
      this.#source.tile({ level: 0, index, width }),
    ])
    const first = index * tileWidth
    for (const [place, { encoded, hash }] of checkedEntries(bundle, hashes, width, first).entries()) {
      if (first + place < this.#tree.size) continue
      hear(replayEntry(this.replay, encoded), first + place)
      for (const tile of this.#tree.append(hash)) this.#tiles.set(`${tile.level}/${tile.index}`, tile.hashes)
      this.#compareWithSeen()
    }
  }

  #compareWithSeen(): void {
    const { size, root } = this.#seen
    if (this.#tree.size === size && !equalBytes(fromHex(this.#tree.head.root), fromHex(root)))
      throw new LogFault(
        size - 1,
        'entry',
        'Up to here the log has shown other entries before: it is forked.',
      )
  }
}
