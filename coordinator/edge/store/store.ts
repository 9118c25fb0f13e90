import type { JobId } from '#protocol/ids.ts'
import type { DurableRecord, JobRow } from '../../core/records.ts'
import type { Stored } from '../../core/recover.ts'
import type { JobTerms } from '../../core/state.ts'

/** What `load` gives back: all that the core recovers from, but for the terms, which are made from the job's spec blob. */
export interface LoadedRows extends Omit<Stored, 'jobs'> {
  readonly jobs: readonly { readonly row: JobRow; readonly assignmentCount: number }[]
}

/**
 * Keeps the coordinator's truth. Its duties:
 *
 * 1. When `commit` has settled, all its records survive the end of the process and a power cut. When it throws,
 *    or the process ends during it, either all of them have been kept or none.
 * 2. A record replaces the row with the same key. A ledger row is never replaced by another: the second insert
 *    of (job, unit, provider) changes nothing.
 * 3. `load` sees everything that was committed, and nothing else.
 * 4. Whole numbers of any size come back as they went in.
 * 5. One process at a time: opening a store that another holds fails at once, with what to do.
 *
 * After `commit` has thrown, the store is of no further use: the process ends, starts again and recovers.
 */
export interface Store {
  commit(records: readonly DurableRecord[]): Promise<void>
  load(): Promise<LoadedRows>
  /** The bytes of the canonical result of an accepted unit. */
  canonicalResult(job: JobId, unit: number): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/** Adds the terms, made by the caller from each job's spec, to the loaded rows. */
export function withTerms(rows: LoadedRows, termsOf: (row: JobRow) => JobTerms): Stored {
  return { ...rows, jobs: rows.jobs.map((job) => ({ ...job, terms: termsOf(job.row) })) }
}
