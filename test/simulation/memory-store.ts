import { newestChecks, type LoadedRows, type Store } from '#coordinator/edge/store/store.ts'
import { ShareSums } from '#coordinator/edge/store/share-sums.ts'
import type {
  AssignmentRow,
  CheckRow,
  ClaimRow,
  DrawRow,
  DurableRecord,
  EpochRow,
  JobRow,
  LedgerRow,
  OpeningRow,
  StandingRow,
  UnitRow,
} from '#coordinator/core/records.ts'
import type { WalletRow } from '#coordinator/core/wallet-state.ts'
import type { JobId } from '#protocol/ids.ts'
import type { TreeHead } from '#protocol/log/merkle.ts'
import { unreachable } from '#protocol/assert.ts'

/** A store for simulations: it survives the simulated coordinator's crashes, not the process. Passes the store's compliance suite. */
export class MemoryStore implements Store {
  /** The entries of the public log. */
  readonly log: Uint8Array[] = []
  readonly #jobs = new Map<string, JobRow>()
  readonly #units = new Map<string, UnitRow>()
  readonly #assignments = new Map<string, AssignmentRow>()
  readonly #results = new Map<string, Uint8Array>()
  readonly #ledger = new Map<string, LedgerRow>()
  readonly #paid = new Set<string>()
  readonly #epochs = new Map<number, EpochRow>()
  readonly #claims = new Map<string, ClaimRow>()
  readonly #draws = new Map<string, DrawRow>()
  readonly #standings = new Map<string, StandingRow>()
  readonly #checks = new Map<string, CheckRow[]>()
  readonly #unopened = new Map<string, OpeningRow>()
  #signedHead: TreeHead | undefined
  readonly #wallets = new Map<string, WalletRow>()

  commit(records: readonly DurableRecord[], entries: readonly Uint8Array[] = []): Promise<void> {
    this.apply(records, entries)
    return Promise.resolve()
  }

  /** `commit` without a promise, for a simulator that has no time to wait. */
  apply(records: readonly DurableRecord[], entries: readonly Uint8Array[] = []): void {
    for (const record of records) this.#applyOne(record)
    this.log.push(...entries.map((entry) => entry.slice()))
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
        if (['accepted', 'refused', 'cancelled'].includes(record.row.state))
          this.#unopened.delete(record.row.id)
        return
      case 'finals': {
        const key = `${record.row.job}/${record.row.unit}`
        const row = this.#units.get(key)
        if (row) this.#units.set(key, { ...row, verdict: record.row.verdict })
        return
      }
      case 'assignmentEnds': {
        const { assignment, state, reason } = record.row
        const row = this.#assignments.get(assignment)
        if (row) this.#assignments.set(assignment, { ...row, state, reason })
        this.#unopened.delete(assignment)
        return
      }
      case 'results':
        this.#results.set(record.row.assignment, record.row.bytes.slice())
        return
      case 'droppedResults':
        this.#results.delete(record.assignment)
        return
      case 'ledger': {
        const { assignment, job, unit, provider } = record.row
        if (!this.#ledger.has(assignment)) this.#ledger.set(assignment, record.row)
        this.#paid.add(`${job}/${unit}/${provider}`)
        return
      }
      case 'epochs':
        this.#epochs.set(record.row.epoch.number, record.row)
        return
      case 'claims':
        this.#claims.set(record.row.provider, record.row)
        return
      case 'draws':
        this.#draws.set(record.row.assignment, record.row)
        return
      case 'standings':
        this.#standings.set(record.row.provider, record.row)
        return
      case 'checks': {
        const checks = this.#checks.get(record.row.provider) ?? []
        this.#checks.set(record.row.provider, checks)
        checks[record.row.index] = record.row
        return
      }
      case 'wallets':
        this.#wallets.set(`${record.row.provider}/${record.row.serial}`, record.row)
        return
      // They are kept as entries of the public log.
      case 'commitments':
        return
      case 'reveals': {
        const { assignment, resultDigest, nonce } = record.row
        this.#unopened.set(assignment, { assignment, resultDigest, nonce })
        return
      }
      default:
        unreachable(record)
    }
  }

  load(): Promise<LoadedRows> {
    return Promise.resolve(this.loadNow())
  }

  loadNow(): LoadedRows {
    const counts = new Map<JobId, number>()
    const attempts = new Map<string, number>()
    for (const { job, unit } of this.#assignments.values()) {
      counts.set(job, (counts.get(job) ?? 0) + 1)
      attempts.set(`${job}/${unit}`, (attempts.get(`${job}/${unit}`) ?? 0) + 1)
    }
    const isOpen = ({ job, unit }: { job: JobId; unit: number }) =>
      (this.#units.get(`${job}/${unit}`)?.verdict ?? 'recalled') === 'recalled'
    const units = [...this.#units.values()].filter((row) => row.verdict !== 'recalled')
    const epochs = [...this.#epochs.values()].sort((left, right) => right.epoch.number - left.epoch.number)
    return {
      jobs: [...this.#jobs.values()].map((row) => ({ row, assignmentCount: counts.get(row.id) ?? 0 })),
      units,
      openAssignments: [...this.#assignments.values()]
        .filter(isOpen)
        .map((row) => ({ row, result: this.#results.get(row.id) })),
      provisionalAssignments: this.#provisional().map(({ assignment: row }) => ({
        row,
        attempts: attempts.get(`${row.job}/${row.unit}`) ?? 0,
      })),
      draws: [...this.#draws.values()].filter(isOpen),
      standings: [...this.#standings.values()],
      checks: this.#neededChecks(),
      shares: this.#shares(),
      claims: [...this.#claims.values()],
      unopened: [...this.#unopened.values()].filter(({ assignment }) =>
        ['revealed', 'provisional'].includes(this.#assignments.get(assignment)?.state ?? ''),
      ),
      wallets: [...this.#wallets.values()].filter(({ state }) => state !== 'superseded'),
      postedEpoch: epochs.find((row) => row.state === 'posted'),
      preparedEpoch: epochs.find((row) => row.state === 'prepared'),
      lastEpochNumber: epochs[0]?.epoch.number ?? 0,
    }
  }

  #provisional(): { assignment: AssignmentRow; mark: number | undefined }[] {
    const marks = new Map<string | undefined, number | undefined>()
    for (const { verdict, canonical, mark } of this.#units.values())
      if (verdict === 'provisional') marks.set(canonical, mark)
    return [...this.#assignments.values()]
      .filter(({ id }) => marks.has(id))
      .map((assignment) => ({ assignment, mark: marks.get(assignment.id) }))
  }

  #neededChecks(): CheckRow[] {
    const marks = new Map<string, number>()
    for (const { assignment, mark = Infinity } of this.#provisional())
      marks.set(assignment.provider, Math.min(mark, marks.get(assignment.provider) ?? Infinity))
    return [...this.#standings.values()].flatMap(({ provider, checks, checksFrom }) => {
      const first = Math.max(checksFrom, Math.min(marks.get(provider) ?? checks, checks - newestChecks))
      return this.#checks.get(provider)?.filter(({ index }) => index >= first) ?? []
    })
  }

  #shares(): LoadedRows['shares'] {
    const shares = new ShareSums()
    for (const { job, provider, amountWei } of this.#ledger.values()) shares.pay(job, provider, 1, amountWei)
    for (const { job, provider, state } of this.#assignments.values())
      if (state === 'refused') shares.refuse(job, provider, 1)
    return shares.all
  }

  logSize(): Promise<number> {
    return Promise.resolve(this.log.length)
  }

  logEntries(begin: number, end: number): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.log.slice(begin, end))
  }

  signedHead(): Promise<TreeHead | undefined> {
    return Promise.resolve(this.#signedHead)
  }

  keepSignedHead(head: TreeHead): Promise<void> {
    this.#signedHead = head
    return Promise.resolve()
  }

  canonicalResult(job: JobId, unit: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.canonicalResultNow(job, unit))
  }

  canonicalResultNow(job: JobId, unit: number): Uint8Array | undefined {
    const row = this.#units.get(`${job}/${unit}`)
    if (row?.canonical === undefined || row.verdict === 'recalled') return undefined
    return this.#results.get(row.canonical)
  }

  isPaid(job: JobId, unit: number, provider: LedgerRow['provider']): boolean {
    return this.#paid.has(`${job}/${unit}/${provider}`)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
