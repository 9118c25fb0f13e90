import type { LoadedRows, Store } from '#coordinator/edge/store/store.ts'
import type {
  AssignmentRow,
  DurableRecord,
  EpochRow,
  JobRow,
  LedgerRow,
  UnitRow,
} from '#coordinator/core/records.ts'
import type { Stored } from '#coordinator/core/recover.ts'
import type { JobId } from '#protocol/ids.ts'
import { unreachable } from '#protocol/assert.ts'

/** A store for simulations: it survives the simulated coordinator's crashes, not the process. Passes the store's compliance suite. */
export class MemoryStore implements Store {
  readonly #jobs = new Map<string, JobRow>()
  readonly #units = new Map<string, UnitRow>()
  readonly #assignments = new Map<string, AssignmentRow>()
  readonly #results = new Map<string, Uint8Array>()
  readonly #ledger = new Map<string, LedgerRow>()
  readonly #epochs = new Map<number, EpochRow>()
  readonly #claims = new Map<string, Extract<DurableRecord, { table: 'claims' }>['row']>()

  commit(records: readonly DurableRecord[]): Promise<void> {
    this.apply(records)
    return Promise.resolve()
  }

  /** `commit` without a promise, for a simulator that has no time to wait. */
  apply(records: readonly DurableRecord[]): void {
    for (const record of records) this.#applyOne(record)
  }

  #applyOne(record: DurableRecord): void {
    switch (record.table) {
      case 'jobs':
        this.#jobs.set(record.row.id, record.row)
        return
      case 'units':
        this.#units.set(`${record.row.job}/${record.row.unit}`, record.row)
        return
      case 'assignments':
        this.#assignments.set(record.row.id, record.row)
        return
      case 'results':
        this.#results.set(record.row.assignment, record.row.bytes.slice())
        return
      case 'droppedResults':
        this.#results.delete(record.assignment)
        return
      case 'ledger': {
        const key = `${record.row.job}/${record.row.unit}/${record.row.provider}`
        if (!this.#ledger.has(key)) this.#ledger.set(key, record.row)
        return
      }
      case 'epochs':
        this.#epochs.set(record.row.epoch.number, record.row)
        return
      case 'claims':
        this.#claims.set(record.row.provider, record.row)
        return
      default:
        unreachable(record)
    }
  }

  load(): Promise<LoadedRows> {
    return Promise.resolve(this.loadNow())
  }

  loadNow(): LoadedRows {
    const counts = new Map<JobId, number>()
    for (const row of this.#assignments.values()) counts.set(row.job, (counts.get(row.job) ?? 0) + 1)
    const open = [...this.#assignments.values()].filter((row) => !this.#units.has(`${row.job}/${row.unit}`))
    const epochs = [...this.#epochs.values()].sort((left, right) => right.epoch.number - left.epoch.number)
    return {
      jobs: [...this.#jobs.values()].map((row) => ({ row, assignmentCount: counts.get(row.id) ?? 0 })),
      units: [...this.#units.values()],
      openAssignments: open.map((row) => ({ row, result: this.#results.get(row.id) })),
      shares: this.#shares(),
      claims: [...this.#claims.values()],
      postedEpoch: epochs.find((row) => row.state === 'posted'),
      preparedEpoch: epochs.find((row) => row.state === 'prepared'),
    }
  }

  #shares(): Stored['shares'] {
    const shares = new Map<
      string,
      { job: JobId; provider: LedgerRow['provider']; accepted: number; refused: number; earnedWei: bigint }
    >()
    const shareOf = ({ job, provider }: Pick<LedgerRow, 'job' | 'provider'>) => {
      const share = shares.get(job + provider) ?? { job, provider, accepted: 0, refused: 0, earnedWei: 0n }
      shares.set(job + provider, share)
      return share
    }
    for (const row of this.#ledger.values()) {
      const share = shareOf(row)
      share.accepted += 1
      share.earnedWei += row.amountWei
    }
    for (const row of this.#assignments.values()) if (row.state === 'refused') shareOf(row).refused += 1
    return [...shares.values()]
  }

  canonicalResult(job: JobId, unit: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.canonicalResultNow(job, unit))
  }

  canonicalResultNow(job: JobId, unit: number): Uint8Array | undefined {
    const canonical = this.#units.get(`${job}/${unit}`)?.canonical
    return canonical === undefined ? undefined : this.#results.get(canonical)
  }

  isPaid(job: JobId, unit: number, provider: LedgerRow['provider']): boolean {
    return this.#ledger.has(`${job}/${unit}/${provider}`)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
