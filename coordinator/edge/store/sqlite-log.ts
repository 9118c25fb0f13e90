import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { assert } from '#protocol/assert.ts'
import type { TreeHead } from '#protocol/log/merkle.ts'
import { hexIn, numberIn } from './sqlite-rows.ts'

/** The public log's rows. Whoever appends holds the transaction. */
export class SqliteLog {
  readonly #append: StatementSync
  readonly #size: StatementSync
  readonly #entries: StatementSync
  readonly #head: StatementSync
  readonly #keepHead: StatementSync

  constructor(database: DatabaseSync) {
    // The number is the next one: a row that was deleted by hand leaves a gap that no later entry fills.
    this.#append = database.prepare(
      'INSERT INTO log (number, entry) VALUES ((SELECT COALESCE(MAX(number) + 1, 0) FROM log), ?)',
    )
    this.#size = database.prepare('SELECT COALESCE(MAX(number) + 1, 0) AS size FROM log')
    this.#entries = database.prepare('SELECT entry FROM log WHERE number >= ? AND number < ? ORDER BY number')
    this.#head = database.prepare('SELECT size, root FROM log_head')
    this.#keepHead = database.prepare(
      'INSERT INTO log_head (id, size, root) VALUES (0, ?, ?) ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root',
    )
  }

  append(entries: readonly Uint8Array[]): void {
    for (const entry of entries) this.#append.run(entry)
  }

  size(): number {
    const row = this.#size.get()
    return row ? numberIn(row, 'size') : 0
  }

  entries(begin: number, end: number): Uint8Array[] {
    const entries = this.#entries.all(begin, end).map(({ entry }) => {
      assert(entry instanceof Uint8Array, 'an entry is bytes')
      return entry
    })
    assert(entries.length === end - begin, 'the log has no gap')
    return entries
  }

  signedHead(): TreeHead | undefined {
    const row = this.#head.get()
    return row && { size: numberIn(row, 'size'), root: hexIn(row, 'root') }
  }

  keepSignedHead({ size, root }: TreeHead): void {
    this.#keepHead.run(size, root)
  }
}
