import { assert } from '#protocol/assert.ts'
import { limits } from '#protocol/limits.ts'
import { isErrand, type AssignmentId, type JobId, type ProviderId } from '#protocol/ids.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import type { DurableRecord } from '#coordinator/core/records.ts'
import type { Job, Provider, State } from '#coordinator/core/state.ts'
import { checksReserveWei } from '#coordinator/core/trust/budget.ts'
import { pendingOf } from '#coordinator/core/trust/earning.ts'
import { conditions, type Assignment } from '#coordinator/core/unit-state.ts'
import { isAudited, wantsAnyone } from '#coordinator/core/units.ts'
import { mirrorOf, noteUnit, type JobMirror } from './job-mirror.ts'

interface AccountMirror {
  earnedWei: bigint
  pendingWei: bigint
  leased: number
}

/** A live assignment, or one that is pending. */
interface Held {
  readonly provider: ProviderId
  readonly payWei: bigint
  state: 'live' | 'leased' | 'pending'
}

/**
 * Checks after each step what that step has touched, against a mirror of the state that is made of what the core orders
 * to be kept. The walk over the whole state (`checkInvariants`) costs as much as there is; this as much as has changed.
 * What is wrong with something that a step did not name, only that walk can see.
 */
export class Watch {
  readonly #state: State
  readonly #jobs = new Map<JobId, JobMirror>()
  readonly #accounts = new Map<ProviderId, AccountMirror>()
  readonly #held = new Map<AssignmentId, Held>()
  #chargedWei = 0n
  #earnedWei = 0n
  readonly #touchedJobs = new Set<JobId>()
  readonly #touchedProviders = new Set<ProviderId>()
  readonly #touchedUnits = new Map<JobId, Set<number>>()

  /** Takes a state as it is, as after a start: `checkInvariants` has seen to it. */
  constructor(state: State) {
    this.#state = state
    for (const job of state.jobs.values()) this.#mirrorOf(job)
    for (const [id, account] of state.accounts) this.#accountOf(id).earnedWei = account.earnedWei
    for (const { earnedWei } of this.#accounts.values()) this.#earnedWei += earnedWei
    for (const assignment of state.assignments.values()) this.#note(assignment, assignment.state)
    for (const standing of state.standings.values())
      for (const { assignment, payWei } of pendingOf(standing)) {
        const { provider } = standing
        this.#held.set(assignment, { provider, payWei, state: 'pending' })
        this.#accountOf(provider).pendingWei += payWei
      }
  }

  /** @throws where an invariant is broken. */
  after(event: Event, effects: readonly Effect[]): void {
    this.#touchedJobs.clear()
    this.#touchedProviders.clear()
    this.#touchedUnits.clear()
    if ('session' in event) this.#touchProvider(this.#state.sessions.get(event.session))
    for (const effect of effects) {
      if (effect.kind === 'persist') this.#read(effect.record)
      else if (effect.kind === 'changed') this.#touchUnit(effect.job, effect.unit)
    }
    for (const [id, units] of this.#touchedUnits) {
      const job = this.#state.jobs.get(id)
      if (job) for (const unit of units) this.#checkUnit(job, unit)
    }
    for (const id of this.#touchedJobs) this.#checkJob(id)
    for (const id of this.#touchedProviders) this.#checkProvider(id)
    assert(this.#earnedWei === this.#chargedWei, '[M3] what is earned in all is what is charged in all')
  }

  #read(record: DurableRecord): void {
    switch (record.table) {
      case 'jobs':
        this.#touchJob(record.row.id)
        return
      case 'assignments':
        this.#note(record.row, record.row.state)
        this.#touchProvider(record.row.provider)
        this.#touchUnit(record.row.job, record.row.unit)
        return
      case 'assignmentEnds':
        this.#drop(record.row.assignment)
        return
      case 'units':
      case 'finals':
        this.#touchUnit(record.row.job, record.row.unit)
        return
      case 'ledger': {
        const { job: id, provider, amountWei } = record.row
        const job = this.#state.jobs.get(id)
        if (job) this.#mirrorOf(job).chargedWei += amountWei
        this.#accountOf(provider).earnedWei += amountWei
        this.#chargedWei += amountWei
        this.#earnedWei += amountWei
        this.#touchJob(id)
        this.#touchProvider(provider)
        return
      }
      case 'standings':
      case 'claims':
        this.#touchProvider(record.row.provider)
        return
      // They say nothing of what is checked here.
      case 'results':
      case 'droppedResults':
      case 'epochs':
      case 'draws':
      case 'checks':
      case 'wallets':
      case 'commitments':
      case 'reveals':
        return
    }
  }

  /** An assignment is in this state now. */
  #note(
    { id, provider, payWei }: Pick<Assignment, 'id' | 'provider' | 'payWei'>,
    state: Extract<DurableRecord, { table: 'assignments' }>['row']['state'],
  ): void {
    this.#drop(id)
    switch (state) {
      case 'leased':
        this.#held.set(id, { provider, payWei, state: 'leased' })
        this.#accountOf(provider).leased += 1
        return
      case 'committed':
      case 'expired':
      case 'revealed':
        this.#held.set(id, { provider, payWei, state: 'live' })
        return
      case 'provisional':
        // A word about a result waits for its case's end; it is nobody's unit.
        if (isErrand(id)) return
        this.#held.set(id, { provider, payWei, state: 'pending' })
        this.#accountOf(provider).pendingWei += payWei
        return
      case 'accepted':
      case 'refused':
      case 'cancelled':
      case 'handedBack':
        return
    }
  }

  #drop(id: AssignmentId): void {
    const held = this.#held.get(id)
    if (!held) return
    this.#held.delete(id)
    this.#touchProvider(held.provider)
    const account = this.#accountOf(held.provider)
    if (held.state === 'pending') account.pendingWei -= held.payWei
    if (held.state === 'leased') account.leased -= 1
  }

  #checkJob(id: JobId): void {
    const job = this.#state.jobs.get(id)
    if (!job) return
    const mirror = this.#mirrorOf(job)
    assert(
      job.chargedWei === mirror.chargedWei,
      '[M1] a job is charged what its accepted results have earned',
    )
    assert(
      isAudited(job) || job.chargedWei === job.terms.plan.unitPriceWei * BigInt(job.counts.accepted),
      '[M1] a job of a fixed quorum is charged its price for each accepted unit',
    )
    assert(job.chargedWei <= job.fundedWei, '[M2] a job is never charged more than it holds')
    assert(job.settledChargeWei <= job.chargedWei, '[M2] the chain takes no more than the ledger has')
    for (const [index, condition] of conditions.entries())
      assert(job.counts[condition] === mirror.counts[index], '[J1] the counts are those of the conditions')
    const { accepted, failed, cancelled, provisional } = job.counts
    const decided = accepted + failed + cancelled
    assert(
      (job.phase === 'finished' || job.phase === 'settled') === (decided === job.terms.plan.unitCount),
      '[J2] a job ends when its last unit is decided',
    )
    assert(
      job.open.size === job.nextFresh - decided - (provisional - mirror.openProvisionals),
      '[J3] a unit handed out is open until it is decided or provisional',
    )
    if (job.isChecked && job.phase === 'running')
      assert(
        job.fundedWei - job.chargedWei >= checksReserveWei(job),
        '[M2] a checked job holds the price of what is undecided, and its checks',
      )
  }

  #checkUnit(job: Job, index: number): void {
    const unit = job.open.get(index)
    noteUnit(this.#mirrorOf(job), job, index)
    if (!unit) {
      assert(!job.wanting.has(index), '[J5] a unit that is not open wants nobody')
      return
    }
    const voters = new Set<ProviderId>()
    for (const assignment of unit.assignments.values()) {
      assert(
        this.#state.assignments.get(assignment.id) === assignment,
        '[J4] the two indices of assignments agree',
      )
      if (assignment.state === 'expired') continue
      assert(!voters.has(assignment.provider), '[Q2] a provider has one vote in a unit')
      voters.add(assignment.provider)
      assert(unit.barred.has(assignment.provider), '[Q2] who holds a unit or has voted does not get it again')
    }
    assert(job.wanting.has(index) === wantsAnyone(unit), '[J5] a unit wants what it lacks')
    if (unit.draw.kind === 'check')
      assert(job.checks.cases.get(unit.draw.number)?.unit === index, '[X11] a unit has its case')
  }

  #checkProvider(id: ProviderId): void {
    const mirror = this.#accountOf(id)
    const account = this.#state.accounts.get(id)
    assert((account?.earnedWei ?? 0n) === mirror.earnedWei, '[M3] an account has earned what the ledger says')
    assert((account?.pendingWei ?? 0n) === mirror.pendingWei, '[X6] an account shows what is pending')
    if (account)
      assert(
        account.claimedWei <= account.settledWei && account.settledWei <= account.earnedWei,
        '[M4] claimed ≤ settled ≤ earned',
      )
    const provider = this.#state.providers.get(id)
    assert(
      (provider?.held.size ?? 0) === mirror.leased,
      '[L2] what is leased is held by a connected provider',
    )
    if (provider) this.#checkHeld(provider)
  }

  #checkHeld(provider: Provider): void {
    assert(provider.held.size <= limits.capacityMax, '[L1] nobody holds more than any capacity')
    assert(this.#state.sessions.get(provider.session) === provider.id, '[L7] a provider has one session')
    for (const id of provider.held)
      assert(this.#state.assignments.get(id)?.state === 'leased', '[L2] what is held is leased')
  }

  #mirrorOf(job: Job): JobMirror {
    let mirror = this.#jobs.get(job.terms.id)
    if (!mirror) {
      this.#jobs.set(job.terms.id, (mirror = mirrorOf(job)))
      this.#chargedWei += job.chargedWei
    }
    return mirror
  }

  #accountOf(id: ProviderId): AccountMirror {
    let account = this.#accounts.get(id)
    if (!account) this.#accounts.set(id, (account = { earnedWei: 0n, pendingWei: 0n, leased: 0 }))
    return account
  }

  #touchJob(id: JobId): void {
    this.#touchedJobs.add(id)
  }

  #touchProvider(id: ProviderId | undefined): void {
    if (id !== undefined) this.#touchedProviders.add(id)
  }

  #touchUnit(id: JobId, unit: number | undefined): void {
    this.#touchJob(id)
    if (unit === undefined) return
    const units = this.#touchedUnits.get(id)
    if (units) units.add(unit)
    else this.#touchedUnits.set(id, new Set([unit]))
  }
}
