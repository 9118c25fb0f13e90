import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { unreachable } from '#protocol/assert.ts'
import { toJson } from '#protocol/frames.ts'
import type { JobId } from '#protocol/ids.ts'
import type { DurableRecord, ResultRow } from '../../core/records.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { Failure } from '../failure.ts'
import {
  assignmentRowOf,
  claimRowOf,
  epochRowOf,
  jobRowOf,
  numberIn,
  shareOf,
  unitRowOf,
  type Row,
} from './sqlite-rows.ts'
import { migrations } from './sqlite-schema.ts'
import type { LoadedRows, Store } from './store.ts'

/** Results up to this size lie in the database; larger ones lie beside it as blobs. */
const inlineBytesMax = 64 * 1024

/** The embedded store: SQLite in WAL mode with `synchronous=FULL`, the setting that lost nothing in power cuts. */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync
  readonly #blobs: Blobs
  readonly #statements: ReturnType<typeof prepareAll>

  private constructor(database: DatabaseSync, blobs: Blobs) {
    this.#database = database
    this.#blobs = blobs
    this.#statements = prepareAll(database)
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

  async commit(records: readonly DurableRecord[]): Promise<void> {
    const places = new Map<string, string>()
    for (const record of records)
      if (record.table === 'results' && record.row.bytes.length > inlineBytesMax)
        places.set(record.row.assignment, await this.#blobs.put(record.row.bytes))
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const record of records) this.#write(record, places)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #write(record: DurableRecord, places: ReadonlyMap<string, string>): void {
    const write = this.#statements
    switch (record.table) {
      case 'jobs': {
        const {
          id,
          spec,
          salt,
          requester,
          phase,
          fundedWei,
          settledChargeWei,
          refundedWei,
          createdAtMs,
          startedAtMs,
          finishedAtMs,
        } = record.row
        write.job.run(
          id,
          spec,
          salt,
          requester,
          phase,
          `${fundedWei}`,
          `${settledChargeWei}`,
          `${refundedWei}`,
          createdAtMs,
          startedAtMs ?? null,
          finishedAtMs ?? null,
        )
        return
      }
      case 'units': {
        const { job, unit, verdict, canonical, disputed, queueMs, runMs, verifyMs } = record.row
        write.unit.run(job, unit, verdict, canonical ?? null, disputed ? 1 : 0, queueMs, runMs, verifyMs)
        return
      }
      case 'assignments': {
        const { id, job, unit, provider, state, leasedAtMs, commitment, resultDigest, reason } = record.row
        write.assignment.run(
          id,
          job,
          unit,
          provider,
          state,
          leasedAtMs,
          commitment ?? null,
          resultDigest ?? null,
          reason ?? null,
        )
        return
      }
      case 'results':
        this.#writeResult(record.row, places.get(record.row.assignment))
        return
      case 'droppedResults':
        write.droppedResult.run(record.assignment)
        return
      case 'ledger':
        write.ledger.run(
          record.row.job,
          record.row.unit,
          record.row.provider,
          `${record.row.amountWei}`,
          record.row.atMs,
        )
        return
      case 'epochs':
        write.epoch.run(
          record.row.epoch.number,
          record.row.state,
          toJson(record.row.epoch),
          record.row.transaction ?? null,
        )
        return
      case 'claims':
        write.claim.run(record.row.provider, `${record.row.claimedWei}`, record.row.transaction ?? null)
        return
      default:
        unreachable(record)
    }
  }

  #writeResult({ assignment, job, unit, bytes }: ResultRow, blob: string | undefined): void {
    this.#statements.result.run(assignment, job, unit, blob === undefined ? bytes : null, blob ?? null)
  }

  async load(): Promise<LoadedRows> {
    const read = (sql: string) => this.#database.prepare(sql).all()
    const openAssignments = []
    for (const row of read(
      `SELECT assignments.*, results.bytes, results.blob FROM assignments LEFT JOIN results ON results.assignment = assignments.id
       WHERE NOT EXISTS (SELECT 1 FROM units WHERE units.job = assignments.job AND units.unit = assignments.unit) ORDER BY sequence`,
    ))
      openAssignments.push({ row: assignmentRowOf(row), result: await this.#bytesOf(row) })
    const epochs = read(`SELECT * FROM epochs ORDER BY number DESC LIMIT 2`).map(epochRowOf)
    return {
      jobs: read(
        `SELECT jobs.*, (SELECT COUNT(*) FROM assignments WHERE assignments.job = jobs.id) AS assignment_count FROM jobs ORDER BY created_at_ms, id`,
      ).map((row) => ({
        row: jobRowOf(row),
        assignmentCount: numberIn(row, 'assignment_count'),
      })),
      units: read(`SELECT * FROM units`).map(unitRowOf),
      openAssignments,
      shares: this.#shares(),
      claims: read(`SELECT * FROM claims`).map(claimRowOf),
      postedEpoch: epochs.find((row) => row.state === 'posted'),
      preparedEpoch: epochs.find((row) => row.state === 'prepared'),
    }
  }

  #shares(): LoadedRows['shares'] {
    const rows = this.#database
      .prepare(
        `SELECT job, provider, SUM(accepted) AS accepted, SUM(refused) AS refused, MAX(amount_wei) AS amount_wei FROM (
           SELECT job, provider, COUNT(*) AS accepted, 0 AS refused, amount_wei FROM ledger GROUP BY job, provider, amount_wei
           UNION ALL
           SELECT job, provider, 0, COUNT(*), NULL FROM assignments WHERE state = 'refused' GROUP BY job, provider
         ) GROUP BY job, provider`,
      )
      .all()
    return rows.map(shareOf)
  }

  async canonicalResult(job: JobId, unit: number): Promise<Uint8Array | undefined> {
    const row = this.#statements.canonical.get(job, unit)
    return row && (await this.#bytesOf(row))
  }

  async #bytesOf(row: Row): Promise<Uint8Array | undefined> {
    const { bytes, blob } = row as Record<string, SQLOutputValue | undefined>
    if (bytes instanceof Uint8Array) return bytes
    return typeof blob === 'string' ? this.#blobs.get(blob) : undefined
  }

  close(): Promise<void> {
    this.#database.close()
    return Promise.resolve()
  }
}

function prepareAll(database: DatabaseSync) {
  const replace = (table: string, columns: string, key: string): StatementSync => {
    const names = columns.split(' ')
    const rest = names
      .filter((name) => !key.split(' ').includes(name))
      .map((name) => `${name} = excluded.${name}`)
    return database.prepare(
      `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT (${key.split(' ').join(', ')}) DO UPDATE SET ${rest.join(', ')}`,
    )
  }
  return {
    job: replace(
      'jobs',
      'id spec salt requester phase funded_wei settled_charge_wei refunded_wei created_at_ms started_at_ms finished_at_ms',
      'id',
    ),
    unit: replace('units', 'job unit verdict canonical disputed queue_ms run_ms verify_ms', 'job unit'),
    assignment: replace(
      'assignments',
      'id job unit provider state leased_at_ms commitment result_digest reason',
      'id',
    ),
    result: replace('results', 'assignment job unit bytes blob', 'assignment'),
    droppedResult: database.prepare('DELETE FROM results WHERE assignment = ?'),
    ledger: database.prepare(
      'INSERT INTO ledger (job, unit, provider, amount_wei, at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (job, unit, provider) DO NOTHING',
    ),
    epoch: replace('epochs', 'number state contents transaction_hash', 'number'),
    claim: replace('claims', 'provider claimed_wei transaction_hash', 'provider'),
    canonical: database.prepare(
      'SELECT results.bytes, results.blob FROM units JOIN results ON results.assignment = units.canonical WHERE units.job = ? AND units.unit = ?',
    ),
  }
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
