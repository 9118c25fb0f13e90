import { assert } from '#protocol/assert.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { signCheckpoint } from '#protocol/log/checkpoint.ts'
import { GrowingTree, type HashTile } from '#protocol/log/growing-tree.ts'
import { emptyRoot, leafHashOf, type TreeHead } from '#protocol/log/merkle.ts'
import { formatNote, type Note, type NoteSigner } from '#protocol/log/note.ts'
import { encodeBundle, tilePathOf, tileWidth, type Tile } from '#protocol/log/tiles.ts'
import { Failure } from '../failure.ts'
import type { LogStore } from '../store/store.ts'
import type { LogFiles } from './log-files.ts'

export interface LogPublisherOptions {
  readonly store: LogStore
  readonly files: LogFiles
  readonly signer: NoteSigner
  /** More that is published of a head once it is out: the head for the contracts, cosignatures. */
  readonly afterwards?: (head: TreeHead, note: Note) => void
}

const entriesPerRead = 1_024

/**
 * Makes the log's files out of its committed entries, by C2SP tlog-tiles. In this order, so that a crash between any two
 * writes loses nothing and can never show two histories:
 *
 *     entries committed ─▶ tiles and bundles ─▶ the head, kept in the store ─▶ the checkpoint, for all to see
 *
 * At the start the tree is built anew out of the entries. It must extend the head that was kept last; then whatever files
 * are missing are written, as ever.
 */
export class LogPublisher {
  readonly #options: LogPublisherOptions
  readonly #tree = new GrowingTree()
  /** Entries of the last bundle, which is not full. */
  #tail: Uint8Array[] = []
  #published: TreeHead = { size: 0, root: emptyRoot }
  /** Of one publication at a time. */
  #running: Promise<void> = Promise.resolve()

  private constructor(options: LogPublisherOptions) {
    this.#options = options
  }

  /** @throws {Failure} when what the store holds is not what was signed */
  static async open(options: LogPublisherOptions): Promise<LogPublisher> {
    const publisher = new LogPublisher(options)
    await publisher.#resume()
    return publisher
  }

  /** The head of the checkpoint that was published last. */
  get head(): TreeHead {
    return this.#published
  }

  /**
   * Publishes all that is committed now.
   *
   * @returns the head, which covers it. After it has thrown, this is of no further use: the process ends and starts again.
   */
  async publish(): Promise<TreeHead> {
    const next = this.#running.then(() => this.#publish())
    this.#running = next
    await next
    return this.#published
  }

  /** Replaces the published checkpoint by one with more signatures, unless there is a newer one. */
  async addSignatures(head: TreeHead, note: Note): Promise<void> {
    const next = this.#running.then(async () => {
      if (head.size === this.#published.size) await this.#options.files.put('checkpoint', formatNote(note))
    })
    this.#running = next
    await next
  }

  async #resume(): Promise<void> {
    const { store } = this.#options
    const signed = await store.signedHead()
    const size = await store.logSize()
    if (signed && signed.size > size) throw forked(`${signed.size} entries were signed, and ${size} are left`)
    await this.#writeTiles(signed?.size ?? 0)
    if (signed && this.#tree.head.root !== signed.root)
      throw forked(`its first ${signed.size} entries are not those that were signed`)
    await this.#publish()
  }

  async #publish(): Promise<void> {
    const { store, files, signer, afterwards } = this.#options
    const size = await store.logSize()
    const isFirst = this.#published.size === 0
    if (size === this.#published.size && !isFirst) return
    const fullBefore = Math.floor(this.#published.size / tileWidth)
    await this.#writeTiles(size)
    await this.#writePartials()
    const { head } = this.#tree
    await store.keepSignedHead(head)
    const note = signCheckpoint({ origin: signer.name, ...head }, signer)
    await files.put('checkpoint', formatNote(note))
    this.#published = head
    for (let index = fullBefore; index < Math.floor(size / tileWidth); index += 1)
      for (const level of ['entries', 0] as const) await files.drop(partialsOf({ level, index }))
    afterwards?.(head, note)
  }

  /** Takes the entries up to `size` into the tree, and writes the tiles and bundles that are full. */
  async #writeTiles(size: number): Promise<void> {
    const { store } = this.#options
    while (this.#tree.size < size) {
      const begin = this.#tree.size
      const entries = await store.logEntries(begin, Math.min(size, begin + entriesPerRead))
      assert(entries.length > 0, 'the store has the entries that it counts')
      for (const entry of entries) {
        this.#tail.push(entry)
        const full = this.#tree.append(leafHashOf(entry))
        if (this.#tail.length === tileWidth) await this.#writeBundle()
        for (const tile of full) await this.#putTile(tile)
      }
    }
  }

  async #writePartials(): Promise<void> {
    for (const tile of this.#tree.partials) await this.#putTile(tile)
    if (this.#tail.length > 0) await this.#writeBundle()
  }

  /** Writes the last bundle, and begins another when it is full. */
  async #writeBundle(): Promise<void> {
    const index = Math.ceil(this.#tree.size / tileWidth) - 1
    await this.#put({ level: 'entries', index, width: this.#tail.length }, encodeBundle(this.#tail))
    if (this.#tail.length === tileWidth) this.#tail = []
  }

  async #putTile({ level, index, hashes }: HashTile): Promise<void> {
    await this.#put({ level, index, width: hashes.length / 32 }, hashes)
  }

  /** A tile never changes: at a start most are there. */
  async #put(tile: Tile, contents: Uint8Array): Promise<void> {
    const { files } = this.#options
    const path = tilePathOf(tile)
    const there = this.#published.size === 0 ? await files.get(path) : undefined
    if (there && equalBytes(there, contents)) return
    await files.put(path, contents)
  }
}

/** The folder of the partial tiles that come before a full one. */
function partialsOf({ level, index }: Pick<Tile, 'level' | 'index'>): string {
  return `${tilePathOf({ level, index, width: tileWidth })}.p`
}

function forked(why: string): Failure {
  return new Failure(
    `The public log in this data directory has lost or changed what was published: ${why}.`,
    {
      next: 'Restore the database from a backup that is newer than the last checkpoint. Going on would fork the log.',
    },
  )
}
