import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import type { JobId } from '#protocol/ids.ts'
import type { TreeHead } from '#protocol/log/merkle.ts'
import type { DurableRecord } from '../../core/records.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { Failure } from '../failure.ts'
import { ShareSums } from './share-sums.ts'
import {
  assignmentRowOf,
  checkRowOf,
  claimRowOf,
  drawRowOf,
  epochRowOf,
  hexIn,
  jobRowOf,
  numberIn,
  openingRowOf,
  standingRowOf,
  textIn,
  unitRowOf,
  walletRowOf,
  type Row,
} from './sqlite-rows.ts'
import { migrations } from './sqlite-schema.ts'
import { SqliteLog } from './sqlite-log.ts'
import { SqliteWriter } from './sqlite-writer.ts'
import { newestChecks, type LoadedRows, type Store } from './store.ts'

/** Results up to this size lie in the database; larger ones lie beside it as blobs. */
const inlineBytesMax = 64 * 1024

/** The embedded store: SQLite in WAL mode with `synchronous=FULL`, the setting that lost nothing in power cuts. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync
  readonly #blobs: Blobs
  readonly #writer: SqliteWriter
  readonly #log: SqliteLog
  readonly #canonical: StatementSync

  private constructor(database: DatabaseSync, blobs: Blobs) {
    this.#database = database
    this.#blobs = blobs
    this.#writer = new SqliteWriter(database)
    this.#log = new SqliteLog(database)
    this.#canonical = database.prepare(
      `SELECT results.bytes, results.blob FROM units JOIN results ON results.assignment = units.canonical
       WHERE units.job = ? AND units.unit = ? AND units.verdict IN ('accepted', 'provisional')`,
    )
  }

  /**
   * Opens or creates the database file.
   *
   * @throws {Failure} when another process holds it, when it comes from a newer version, or when it is damaged.
   */
  static open(path: string, blobs: Blobs): SqliteStore {
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path)
      database.exec(
        'PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
      )
      migrate(database, path)
      return new SqliteStore(database, blobs)
    } catch (error) {
      // An open handle would keep its lock on a file that nobody uses.
      database?.close()
      throw explain(error, path)
    }
  }

  async commit(records: readonly DurableRecord[], entries: readonly Uint8Array[] = []): Promise<void> {
    const places = new Map<string, string>()
    for (const record of records)
      if (record.table === 'results' && record.row.bytes.length > inlineBytesMax)
        places.set(record.row.assignment, await this.#blobs.put(record.row.bytes))
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const record of records) this.#writer.write(record, places)
      this.#log.append(entries)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  async load(): Promise<LoadedRows> {
    const read = (sql: string) => this.#database.prepare(sql).all()
    const openAssignments = []
    for (const row of read(
      `SELECT assignments.*, results.bytes, results.blob FROM assignments LEFT JOIN results ON results.assignment = assignments.id
       WHERE ${isOpen('assignments')} ORDER BY sequence`,
    ))
      openAssignments.push({ row: assignmentRowOf(row), result: await this.#bytesOf(row) })
    const epochs = read(`SELECT * FROM epochs WHERE state <> 'stopped' ORDER BY number DESC LIMIT 2`).map(
      epochRowOf,
    )
    return {
      jobs: read(
        `SELECT jobs.*, (SELECT COUNT(*) FROM assignments WHERE assignments.job = jobs.id) AS assignment_count FROM jobs ORDER BY created_at_ms, id`,
      ).map((row) => ({
        row: jobRowOf(row),
        assignmentCount: numberIn(row, 'assignment_count'),
      })),
      units: read(`SELECT * FROM units WHERE verdict <> 'recalled'`).map(unitRowOf),
      openAssignments,
      provisionalAssignments: read(
        `SELECT assignments.*, (SELECT COUNT(*) FROM assignments AS tries WHERE tries.job = units.job AND tries.unit = units.unit) AS attempts
         FROM units JOIN assignments ON assignments.id = units.canonical WHERE units.verdict = 'provisional' ORDER BY sequence`,
      ).map((row) => ({ row: assignmentRowOf(row), attempts: numberIn(row, 'attempts') })),
      draws: read(`SELECT * FROM draws WHERE ${isOpen('draws')}`).map(drawRowOf),
      standings: read(`SELECT * FROM standings`).map(standingRowOf),
      checks: read(
        `SELECT checks.* FROM standings LEFT JOIN (
           SELECT assignments.provider, MIN(units.mark) AS mark FROM units JOIN assignments ON assignments.id = units.canonical
           WHERE units.verdict = 'provisional' GROUP BY assignments.provider
         ) AS pending ON pending.provider = standings.provider
         JOIN checks ON checks.provider = standings.provider AND checks.number >= MAX(
           standings.checks_from, MIN(COALESCE(pending.mark, standings.checks), standings.checks - ${newestChecks}))
         ORDER BY checks.provider, checks.number`,
      ).map(checkRowOf),
      shares: this.#shares(),
      claims: read(`SELECT * FROM claims`).map(claimRowOf),
      unopened: read(
        `SELECT reveals.* FROM reveals JOIN assignments ON assignments.id = reveals.assignment
         WHERE assignments.state IN ('revealed', 'provisional')`,
      ).map(openingRowOf),
      wallets: read(`SELECT * FROM wallets WHERE state <> 'superseded'`).map(walletRowOf),
      postedEpoch: epochs.find((row) => row.state === 'posted'),
      preparedEpoch: epochs.find((row) => row.state === 'prepared'),
      lastEpochNumber: this.#lastEpochNumber(),
    }
  }

  #lastEpochNumber(): number {
    const row = this.#database.prepare('SELECT COALESCE(MAX(number), 0) AS number FROM epochs').get()
    return row ? numberIn(row, 'number') : 0
  }

  #shares(): LoadedRows['shares'] {
    const shares = new ShareSums()
    for (const row of this.#database
      .prepare(
        'SELECT job, provider, amount_wei, COUNT(*) AS count FROM ledger GROUP BY job, provider, amount_wei',
      )
      .iterate())
      shares.pay(
        hexIn(row, 'job'),
        hexIn(row, 'provider'),
        numberIn(row, 'count'),
        BigInt(textIn(row, 'amount_wei')),
      )
    for (const row of this.#database
      .prepare(
        `SELECT job, provider, COUNT(*) AS count FROM assignments WHERE state = 'refused' GROUP BY job, provider`,
      )
      .iterate())
      shares.refuse(hexIn(row, 'job'), hexIn(row, 'provider'), numberIn(row, 'count'))
    return shares.all
  }

  async canonicalResult(job: JobId, unit: number): Promise<Uint8Array | undefined> {
    const row = this.#canonical.get(job, unit)
    return row && (await this.#bytesOf(row))
  }

  async #bytesOf(row: Row): Promise<Uint8Array | undefined> {
    const { bytes, blob } = row as Record<string, SQLOutputValue | undefined>
    if (bytes instanceof Uint8Array) return bytes
    return typeof blob === 'string' ? this.#blobs.get(blob) : undefined
  }

  logSize(): Promise<number> {
    return Promise.resolve(this.#log.size())
  }

  logEntries(begin: number, end: number): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.#log.entries(begin, end))
  }

  signedHead(): Promise<TreeHead | undefined> {
    return Promise.resolve(this.#log.signedHead())
  }

  keepSignedHead(head: TreeHead): Promise<void> {
    this.#log.keepSignedHead(head)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#database.close()
    return Promise.resolve()
  }
}

/** Of a table with `job` and `unit`: that the unit is undecided, or open again. */
function isOpen(table: string): string {
  return `NOT EXISTS (SELECT 1 FROM units WHERE units.job = ${table}.job AND units.unit = ${table}.unit AND units.verdict <> 'recalled')`
}

function migrate(database: DatabaseSync, path: string): void {
  const row = database.prepare('PRAGMA user_version').get()
  const version = row ? numberIn(row, 'user_version') : 0
  if (version > migrations.length)
    throw new Failure(
      `${path} was written by a newer MASK (schema ${version}, this one knows ${migrations.length}).`,
      { next: 'Update MASK, or use another data directory.' },
    )
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    database.exec(`BEGIN EXCLUSIVE; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error
  if (/database is locked|SQLITE_BUSY/.test(error.message))
    return new Failure(`${path} is in use by another coordinator.`, {
      next: 'Stop that one, or give this one its own --data directory.',
      cause: error,
    })
  if (/not a database|malformed/.test(error.message))
    return new Failure(`${path} is not a MASK database, or it is damaged.`, {
      next: 'Restore it from a backup, or use another --data directory.',
      cause: error,
    })
  return new Failure(`${path} cannot be opened: ${error.message}.`, {
    next: 'Check that the directory exists and is writable.',
    cause: error,
  })
}
