import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { unreachable } from '#protocol/assert.ts'
import { toJson } from '#protocol/frames.ts'
import type { AssignmentRow, DurableRecord, JobRow, LedgerRow, StandingRow } from '../../core/records.ts'
import type { WalletRow } from '../../core/wallet-state.ts'

/** Writes records into the tables; the caller holds the transaction. */
export class SqliteWriter {
  readonly #statements: ReturnType<typeof prepareAll>

  constructor(database: DatabaseSync) {
    this.#statements = prepareAll(database)
  }

  /** @param blobs where the bytes of large results lie, by assignment */
  write(record: DurableRecord, blobs: ReadonlyMap<string, string>): void {
    const write = this.#statements
    switch (record.table) {
      case 'jobs':
        this.#writeJob(record.row)
        return
      case 'units': {
        const { job, unit, verdict, canonical, mark, disputed, queueMs, runMs, verifyMs } = record.row
        const times = [queueMs, runMs, verifyMs]
        write.unit.run(job, unit, verdict, canonical ?? null, mark ?? null, bit(disputed), ...times)
        return
      }
      case 'assignments':
        this.#writeAssignment(record.row)
        return
      case 'finals': {
        const { job, unit, verdict } = record.row
        write.final.run(verdict, job, unit)
        return
      }
      case 'assignmentEnds': {
        const { assignment, state, reason } = record.row
        write.assignmentEnd.run(state, reason ?? null, assignment)
        write.openedReveal.run(assignment)
        return
      }
      case 'results': {
        const { assignment, job, unit, bytes } = record.row
        const blob = blobs.get(assignment)
        write.result.run(assignment, job, unit, blob === undefined ? bytes : null, blob ?? null)
        return
      }
      case 'droppedResults':
        write.droppedResult.run(record.assignment)
        return
      case 'ledger':
        this.#writeLedger(record.row)
        return
      case 'epochs': {
        const { epoch, state, transaction } = record.row
        write.epoch.run(epoch.number, state, toJson(epoch), transaction ?? null)
        return
      }
      case 'claims': {
        const { provider, claimedWei, transaction } = record.row
        write.claim.run(provider, `${claimedWei}`, transaction ?? null)
        return
      }
      case 'draws': {
        const { assignment, job, unit, round, value, outcome, anchor, spots } = record.row
        write.draw.run(assignment, job, unit, round, value, outcome, bit(anchor), JSON.stringify(spots))
        return
      }
      case 'standings':
        this.#writeStanding(record.row)
        return
      case 'checks': {
        const { provider, index, requester, weightWei } = record.row
        write.check.run(provider, index, requester, `${weightWei}`)
        return
      }
      case 'wallets':
        this.#writeWallet(record.row)
        return
      // They are kept as entries of the public log.
      case 'commitments':
        return
      case 'reveals': {
        const { assignment, resultDigest, nonce } = record.row
        write.reveal.run(assignment, resultDigest, nonce)
        return
      }
      default:
        unreachable(record)
    }
  }

  #writeJob(row: JobRow): void {
    this.#statements.job.run(
      row.id,
      row.spec,
      row.salt,
      row.requester,
      row.phase,
      row.control,
      bit(row.spottable),
      `${row.fundedWei}`,
      `${row.settledChargeWei}`,
      `${row.refundedWei}`,
      row.createdAtMs,
      row.startedAtMs ?? null,
      row.finishedAtMs ?? null,
    )
  }

  #writeAssignment(row: AssignmentRow): void {
    if (isEnd(row.state)) this.#statements.openedReveal.run(row.id)
    this.#statements.assignment.run(
      row.id,
      row.job,
      row.unit,
      row.provider,
      row.state,
      row.leasedAtMs,
      `${row.payWei}`,
      row.commitment ?? null,
      row.drawRound ?? null,
      row.resultDigest ?? null,
      row.reason ?? null,
    )
  }

  #writeStanding(row: StandingRow): void {
    this.#statements.standing.run(
      row.provider,
      row.probationPassed,
      row.checks,
      row.units,
      row.missedAtUnits ?? null,
      row.checksFrom,
      row.convictions,
    )
  }

  #writeWallet(row: WalletRow): void {
    this.#statements.wallet.run(
      row.provider,
      row.serial,
      row.wallet,
      row.expiresAtSeconds,
      row.sessionSignature,
      row.walletSignature,
      row.state,
      row.filedAtMs,
      row.effectiveAtMs,
      row.fromWei === undefined ? null : `${row.fromWei}`,
    )
  }

  #writeLedger({ assignment, job, unit, provider, amountWei, atMs }: LedgerRow): void {
    this.#statements.ledger.run(assignment, job, unit, provider, `${amountWei}`, atMs)
  }
}

function prepareAll(database: DatabaseSync) {
  const insert = (table: string, columns: string): string => {
    const names = columns.split(' ')
    return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
  }
  /** The new row takes the place of the one with its key. */
  const replace = (table: string, columns: string, key: string): StatementSync => {
    const rest = columns.split(' ').filter((name) => !key.split(' ').includes(name))
    const changes = rest.map((name) => `${name} = excluded.${name}`).join(', ')
    return database.prepare(
      `${insert(table, columns)} ON CONFLICT (${key.split(' ').join(', ')}) DO UPDATE SET ${changes}`,
    )
  }
  return {
    job: replace(
      'jobs',
      'id spec salt requester phase control spottable funded_wei settled_charge_wei refunded_wei created_at_ms started_at_ms finished_at_ms',
      'id',
    ),
    unit: replace('units', 'job unit verdict canonical mark disputed queue_ms run_ms verify_ms', 'job unit'),
    assignment: replace(
      'assignments',
      'id job unit provider state leased_at_ms pay_wei commitment draw_round result_digest reason',
      'id',
    ),
    result: replace('results', 'assignment job unit bytes blob', 'assignment'),
    droppedResult: database.prepare('DELETE FROM results WHERE assignment = ?'),
    final: database.prepare('UPDATE units SET verdict = ? WHERE job = ? AND unit = ?'),
    assignmentEnd: database.prepare('UPDATE assignments SET state = ?, reason = ? WHERE id = ?'),
    reveal: replace('reveals', 'assignment result_digest nonce', 'assignment'),
    openedReveal: database.prepare('DELETE FROM reveals WHERE assignment = ?'),
    ledger: database.prepare(
      `${insert('ledger', 'assignment job unit provider amount_wei at_ms')} ON CONFLICT (assignment) DO NOTHING`,
    ),
    epoch: replace('epochs', 'number state contents transaction_hash', 'number'),
    claim: replace('claims', 'provider claimed_wei transaction_hash', 'provider'),
    draw: replace('draws', 'assignment job unit round value outcome anchor spots', 'assignment'),
    standing: replace(
      'standings',
      'provider probation_passed checks units missed_at_units checks_from convictions',
      'provider',
    ),
    wallet: replace(
      'wallets',
      'provider serial wallet expires_at_seconds session_signature wallet_signature state filed_at_ms effective_at_ms from_wei',
      'provider serial',
    ),
    check: replace('checks', 'provider number requester weight_wei', 'provider number'),
  }
}

/** Whether a result in this state is never looked at again. */
function isEnd(state: AssignmentRow['state']): boolean {
  return state === 'accepted' || state === 'refused' || state === 'cancelled'
}

/** A truth value, as SQLite keeps it. */
function bit(value: boolean): number {
  return value ? 1 : 0
}
