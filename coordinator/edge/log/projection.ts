import { assert, unreachable } from '#protocol/assert.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import { encodeEntry, type LogEntry, type LogEntryOf } from '#protocol/log/entries.ts'
import type { AssignmentRow, DurableRecord, JobRow, OpeningRow, StandingRow } from '../../core/records.ts'
import type { Job } from '../../core/state.ts'
import type { LoadedRows } from '../store/store.ts'

type Known = Pick<LoadedRows, 'jobs' | 'unopened' | 'standings' | 'preparedEpoch' | 'lastEpochNumber'>

/**
 * What the public log says of the records that become durable, in their order. A record says a whole row, the log what is
 * new in it: so this remembers what the rows said last, and begins with what the store held at the start.
 */
export class Projection {
  readonly #jobs: ReadonlyMap<JobId, Pick<Job, 'terms' | 'isChecked'>>
  readonly #rows = new Map<JobId, Pick<JobRow, 'fundedWei' | 'phase' | 'control'>>()
  readonly #standings = new Map<ProviderId, Pick<StandingRow, 'probationPassed' | 'convictions'>>()
  readonly #unopened = new Map<AssignmentId, OpeningRow>()
  #rules: LogEntryOf<'rules'> | undefined
  /** The numbers of the last epochs that were begun and that came to an end. */
  #prepared: number
  #ended: number

  /** @param known what the store has loaded @param rules by which the coordinator goes from now on */
  constructor(
    jobs: ReadonlyMap<JobId, Pick<Job, 'terms' | 'isChecked'>>,
    known: Known,
    rules: LogEntryOf<'rules'>,
  ) {
    this.#jobs = jobs
    this.#rules = rules
    for (const { row } of known.jobs) this.#rows.set(row.id, row)
    for (const row of known.standings) this.#standings.set(row.provider, row)
    for (const row of known.unopened) this.#unopened.set(row.assignment, row)
    this.#prepared = known.lastEpochNumber
    this.#ended = known.preparedEpoch ? known.lastEpochNumber - 1 : known.lastEpochNumber
  }

  /** The entries for a batch of records, as the bytes that are hashed. */
  entriesOf(records: readonly DurableRecord[]): Uint8Array[] {
    const entries: LogEntry[] = []
    if (this.#rules) entries.push(this.#rules)
    this.#rules = undefined
    const revealed = new Map<string, number | undefined>()
    for (const record of records) {
      if (record.table === 'reveals') revealed.set(record.row.assignment, record.row.round)
      const named = record.table === 'assignments' ? revealed.get(record.row.id) : undefined
      entries.push(...this.#entriesOf(record, named))
    }
    return entries.map(encodeEntry)
  }

  /** @param named the round that was named with the reveal of this assignment in the same batch */
  #entriesOf(record: DurableRecord, named: number | undefined): LogEntry[] {
    switch (record.table) {
      case 'jobs':
        return this.#ofJob(record.row)
      case 'commitments': {
        const { task, ...row } = record.row
        return [{ kind: 'commit', ...row, ...(task && { task }) }]
      }
      case 'reveals': {
        const { assignment, round, resultDigest, nonce } = record.row
        this.#unopened.set(assignment, { assignment, resultDigest, nonce })
        return [{ kind: 'reveal', assignment, ...(round !== undefined && { round }) }]
      }
      case 'assignments':
        return this.#ofAssignment(record.row, named)
      case 'assignmentEnds': {
        const { assignment, state, reason = 'recalled' } = record.row
        return [
          ...this.#opening(assignment),
          ...(state === 'refused' ? ([{ kind: 'refusal', assignment, reason }] as const) : []),
        ]
      }
      case 'draws': {
        const { assignment, round, value, outcome, anchor, spots } = record.row
        return [{ kind: 'draw', assignment, round, value, outcome, anchor, spots: [...spots] }]
      }
      case 'units': {
        const { job, unit, verdict, canonical } = record.row
        return [{ kind: 'verdict', job, unit, verdict, ...(canonical !== undefined && { canonical }) }]
      }
      case 'finals':
        return [{ kind: 'verdict', ...record.row }]
      case 'ledger': {
        const { assignment, job, unit, provider, amountWei } = record.row
        return [{ kind: 'pay', assignment, job, unit, provider, amountWei: `${amountWei}` }]
      }
      case 'standings':
        return this.#ofStanding(record.row)
      case 'epochs':
        return this.#ofEpoch(record.row)
      case 'wallets': {
        const {
          provider,
          wallet,
          serial,
          expiresAtSeconds,
          sessionSignature,
          walletSignature,
          state,
          fromWei,
        } = record.row
        const link = { provider, wallet, serial, expiresAtSeconds, sessionSignature, walletSignature, state }
        return [{ kind: 'link', ...link, ...(fromWei !== undefined && { fromWei: `${fromWei}` }) }]
      }
      case 'results':
      case 'droppedResults':
      case 'claims':
      case 'checks':
        return []
      default:
        return unreachable(record)
    }
  }

  #ofJob(row: JobRow): LogEntry[] {
    const { id: job, fundedWei, phase, control } = row
    const former = this.#rows.get(job)
    this.#rows.set(job, { fundedWei, phase, control })
    const entries: LogEntry[] = former ? [] : [this.#termsOf(job)]
    if (fundedWei !== (former?.fundedWei ?? 0n))
      entries.push({ kind: 'fund', job, fundedWei: `${fundedWei}` })
    if (control !== (former?.control ?? 'none')) entries.push({ kind: 'control', job, control })
    if (phase === 'finished' && former?.phase !== 'finished') entries.push({ kind: 'end', job })
    return entries
  }

  #termsOf(id: JobId): LogEntryOf<'job'> {
    const job = this.#jobs.get(id)
    const nonce = job?.terms.nonce
    assert(job && nonce !== undefined, 'a job that is new was just submitted')
    const { terms, isChecked } = job
    const { requester, salt, spec, spottable, plan } = terms
    const { unitCount, quorum, unitPriceWei, unitPayWei, costWei } = plan
    const isExact = terms.resultPartsOf(0).every(({ comparator }) => comparator.compare === 'exact')
    return {
      ...{ kind: 'job', job: id, requester, salt, nonce, spec, unitCount, quorum, spottable },
      unitPriceWei: `${unitPriceWei}`,
      unitPayWei: `${unitPayWei}`,
      costWei: `${costWei}`,
      comparison: isChecked ? 'checker' : isExact ? 'exact' : 'tolerance',
    }
  }

  #ofStanding({ provider, probationPassed, convictions }: StandingRow): LogEntry[] {
    const former = this.#standings.get(provider) ?? { probationPassed: 0, convictions: 0 }
    this.#standings.set(provider, { probationPassed, convictions })
    if (former.probationPassed === probationPassed && former.convictions === convictions) return []
    return [{ kind: 'standing', provider, probationPassed, convictions }]
  }

  /** An epoch that is tried again is the same one. */
  #ofEpoch({ epoch, state, transaction }: Extract<DurableRecord, { table: 'epochs' }>['row']): LogEntry[] {
    const { number, earnings, charges } = epoch
    if (state !== 'prepared') {
      if (number <= this.#ended) return []
      this.#ended = number
      if (state === 'stopped') return [{ kind: 'stopped', number }]
      return [{ kind: 'posted', number, ...(transaction !== undefined && { transaction }) }]
    }
    if (number <= this.#prepared) return []
    this.#prepared = number
    const sumOf = (sums: readonly { readonly cumulativeWei: bigint }[]) =>
      `${sums.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)}`
    const [earnedWei, chargedWei] = [sumOf(earnings), sumOf(charges)]
    return [{ kind: 'epoch', number, payees: earnings.length, earnedWei, chargedWei }]
  }

  #ofAssignment({ id, state, drawRound, reason }: AssignmentRow, named: number | undefined): LogEntry[] {
    switch (state) {
      case 'accepted':
      case 'cancelled':
        return this.#opening(id)
      case 'refused':
        return [...this.#opening(id), { kind: 'refusal', assignment: id, reason: reason ?? 'recalled' }]
      case 'revealed':
        return drawRound === named || drawRound === undefined
          ? []
          : [{ kind: 'round', assignment: id, round: drawRound }]
      case 'leased':
      case 'committed':
      case 'expired':
      case 'provisional':
      case 'handedBack':
        return []
    }
  }

  /** A result has come to its end: nobody is asked for the same again, so its digest may be known. */
  #opening(assignment: AssignmentId): LogEntry[] {
    const opening = this.#unopened.get(assignment)
    this.#unopened.delete(assignment)
    return opening ? [{ kind: 'opening', ...opening }] : []
  }
}
