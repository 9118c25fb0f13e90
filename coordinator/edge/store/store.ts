import type { JobId } from '#protocol/ids.ts'
import type { TreeHead } from '#protocol/log/merkle.ts'
import type { DurableRecord, JobRow, OpeningRow } from '../../core/records.ts'
import type { Stored } from '../../core/stored.ts'
import type { JobTerms } from '../../core/state.ts'

/** What `load` gives back: all that the core recovers from, but for the terms, which are made from the job's spec blob. */
export interface LoadedRows extends Omit<Stored, 'jobs'> {
  readonly jobs: readonly { readonly row: JobRow; readonly assignmentCount: number }[]
  /** Results that the public log has not opened. */
  readonly unopened: readonly OpeningRow[]
}

/** So many of a provider's newest checks are loaded, however old what is pending; older ones only where that may count them. */
export const newestChecks = 1_024

/**
 * Keeps the coordinator's truth. Its duties:
 *
 * 1. When `commit` has settled, all its records survive the end of the process and a power cut. When it throws,
 *    or the process ends during it, either all of them have been kept or none.
 * 2. A record replaces the row with the same key. Pay is said once: a second ledger row of the same assignment changes
 *    nothing. `finals` and `assignmentEnds` change a row that is there, in the columns they name; where there is none,
 *    nothing.
 * 3. `load` sees everything that was committed, and nothing else. A recalled unit is open again: its row is not loaded,
 *    its assignments are.
 * 4. Whole numbers of any size come back as they went in.
 * 5. The entries of a batch are kept with its records or not at all, behind those before, and never change.
 * 6. One process at a time: opening a store that another holds fails at once, with what to do.
 *
 * After `commit` has thrown, the store is of no further use: the process ends, starts again and recovers.
 */
export interface Store extends LogStore {
  /** @param entries what the public log says of the records */
  commit(records: readonly DurableRecord[], entries?: readonly Uint8Array[]): Promise<void>
  load(): Promise<LoadedRows>
  /** The bytes of the canonical result of an accepted or provisional unit. */
  canonicalResult(job: JobId, unit: number): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/** The public log, as far as it is kept; `keepSignedHead` is durable when it has settled. */
export interface LogStore {
  logSize(): Promise<number>
  /** The entries from `begin` to before `end`, which must be there. */
  logEntries(begin: number, end: number): Promise<readonly Uint8Array[]>
  /** The last head that was kept: the log may have been seen under it. */
  signedHead(): Promise<TreeHead | undefined>
  keepSignedHead(head: TreeHead): Promise<void>
}

/** Adds the terms, made by the caller from each job's spec, to the loaded rows. */
export function withTerms(rows: LoadedRows, termsOf: (row: JobRow) => JobTerms): Stored {
  return { ...rows, jobs: rows.jobs.map((job) => ({ ...job, terms: termsOf(job.row) })) }
}
