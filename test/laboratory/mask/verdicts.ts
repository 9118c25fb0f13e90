import { unreachable } from '#protocol/assert.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { AssignmentRow, DurableRecord, UnitRow } from '#coordinator/core/records.ts'
import { isRight, right } from '../answer.ts'
import type { Identity } from '../strategy.ts'
import type { Bench } from '../scheme.ts'
import type { SpotsTask } from '../task.ts'
import type { Places } from './places.ts'
import type { Held } from './seat.ts'

/** Reads from what the core persists what it has decided, and tells the bench. */
export class Verdicts {
  readonly held = new Map<AssignmentId, Held>()
  readonly providers = new Map<ProviderId, Identity>()
  /** A provisional result was asked for: its unit is open again, with the same result. */
  refetching = false
  decided = 0
  readonly #bench: Bench
  readonly #places: Places
  /** The results that provisional units stand on. */
  readonly #provisional = new Map<number, Held>()

  readonly #ended: AssignmentId[] = []

  constructor(bench: Bench, places: Places) {
    this.#bench = bench
    this.#places = places
  }

  /** All that one event has decided was read. */
  endStep(): void {
    for (const id of this.#ended) this.held.delete(id)
    this.#ended.length = 0
  }

  read(record: DurableRecord): void {
    switch (record.table) {
      case 'assignments':
        this.#readAssignment(record.row)
        return
      case 'assignmentEnds': {
        const held = this.held.get(record.row.assignment)
        if (held) this.#end(held, record.row.state)
        return
      }
      case 'units':
        this.#readUnit(record.row)
        return
      case 'finals':
        this.#readFinal(record.row)
        return
      case 'ledger': {
        const identity = this.providers.get(record.row.provider)
        if (identity) this.#bench.paid(identity, record.row.amountWei)
        return
      }
      // What the core needs for a restart, and what came of it is in the others.
      case 'jobs':
      case 'results':
      case 'droppedResults':
      case 'epochs':
      case 'claims':
      case 'draws':
      case 'standings':
      case 'checks':
      case 'wallets':
      case 'commitments':
      case 'reveals':
        return
      default:
        unreachable(record)
    }
  }

  #readAssignment(row: AssignmentRow): void {
    const held = this.held.get(row.id)
    if (!held) return
    switch (row.state) {
      case 'provisional':
        this.#count(held)
        return
      case 'accepted':
      case 'refused':
        this.#end(held, row.state)
        return
      case 'cancelled':
      case 'handedBack':
        this.held.delete(row.id)
        return
      case 'leased':
      case 'committed':
      case 'expired':
      case 'revealed':
        return
    }
  }

  #count(held: Held): void {
    if (held.counted) return
    held.counted = true
    this.#bench.accepted(held.identity)
  }

  #end(held: Held, state: 'accepted' | 'refused'): void {
    const { task, identity } = held
    if (task.kind === 'spots') this.#announceSpots(held, task)
    // A verdict on an errand is said of its row, and again when its pay is.
    if (this.#ended.includes(held.id)) return
    if (state === 'refused') {
      this.#bench.refused(identity, held.answer !== undefined && isRight(held.answer))
      this.held.delete(held.id)
      return
    }
    this.#count(held)
    if (task.kind === 'unit') this.#bench.earned(identity, task.payWei)
    // The unit's row comes after its results' rows and needs the canonical one's answer.
    this.#ended.push(held.id)
  }

  /** Every spot that was re-run rightly is owed its pay, at once or once it has proved right against a liar's result. */
  #announceSpots({ identity, rightSpots }: Held, { payWei, spots }: SpotsTask): void {
    this.#bench.earned(identity, (payWei / BigInt(spots.length)) * BigInt(rightSpots))
    if (rightSpots < spots.length) identity.caught ||= identity.strategy.malicious
  }

  #readUnit({ job, unit, verdict, canonical }: UnitRow): void {
    const number = this.#places.numberOf(job, unit)
    const held = canonical === undefined ? undefined : this.held.get(canonical)
    if (verdict === 'provisional' && held) this.#provisional.set(number, held)
    else if (verdict === 'accepted' && held) this.#final(number, held)
    else if (verdict === 'failed' || verdict === 'cancelled') this.#fail(number)
  }

  #readFinal({ job, unit, verdict }: { job: JobId; unit: number; verdict: 'accepted' | 'recalled' }): void {
    const number = this.#places.numberOf(job, unit)
    const held = this.#provisional.get(number)
    this.#provisional.delete(number)
    if (verdict === 'accepted' && held) this.#final(number, held)
    else if (verdict === 'recalled' && !this.refetching && !this.#places.isFarm(number))
      this.#bench.reopened(number)
  }

  #final(number: number, held: Held): void {
    if (this.#places.isFarm(number)) return
    this.decided += 1
    this.#bench.final(number, held.answer ?? right)
  }

  #fail(number: number): void {
    if (this.#places.isFarm(number)) return
    this.decided += 1
    this.#bench.failed(number)
  }
}
