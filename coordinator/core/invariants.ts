import { assert } from '#protocol/assert.ts'
import { limits } from '#protocol/limits.ts'
import { conditions, type Job, type State } from './state.ts'
import { liveCountOf } from './units.ts'

/**
 * Checks what must hold between any two events, over the whole state. Run after every step in tests and in the
 * simulator; the cheap money rules also guard production, before each commit.
 */
export function checkInvariants(state: State): void {
  checkMoney(state)
  for (const job of state.jobs.values()) checkJob(state, job)
  checkProviders(state)
}

/** [M1]–[M4]: what is earned is what is charged, nothing is charged twice or beyond the funds, nothing claimed before settled. */
export function checkMoney(state: State): void {
  let chargedWei = 0n
  for (const job of state.jobs.values()) {
    assert(
      job.chargedWei === job.terms.plan.unitPriceWei * BigInt(job.counts.accepted),
      '[M1] a job is charged its price for each accepted unit',
    )
    assert(job.chargedWei <= job.fundedWei, '[M2] a job is never charged more than it holds')
    assert(job.settledChargeWei <= job.chargedWei, '[M2] the chain takes no more than the ledger has')
    chargedWei += job.chargedWei
  }
  let earnedWei = 0n
  for (const account of state.accounts.values()) {
    assert(
      account.claimedWei <= account.settledWei && account.settledWei <= account.earnedWei,
      '[M4] claimed ≤ settled ≤ earned',
    )
    earnedWei += account.earnedWei
  }
  assert(earnedWei === chargedWei, '[M3] what is earned in all is what is charged in all')
}

function checkJob(state: State, job: Job): void {
  const total = Object.values(job.counts).reduce((sum, count) => sum + count, 0)
  assert(total === job.terms.plan.unitCount, '[J1] every unit has exactly one condition')
  for (const condition of conditions) assert(job.counts[condition] >= 0, '[J1] no count is negative')
  const decided = job.counts.accepted + job.counts.failed
  assert(
    (job.phase === 'finished' || job.phase === 'settled') === (decided === total),
    '[J2] a job ends when its last unit is decided',
  )
  assert(job.open.size === job.nextFresh - decided, '[J3] a unit handed out is open until it is decided')
  for (const unit of job.open.values()) {
    const voters = new Set<string>()
    for (const assignment of unit.assignments.values()) {
      assert(state.assignments.get(assignment.id) === assignment, '[J4] the two indices of assignments agree')
      if (assignment.state === 'expired') continue
      assert(!voters.has(assignment.provider), '[Q2] a provider has one vote in a unit')
      voters.add(assignment.provider)
      assert(unit.barred.has(assignment.provider), '[Q2] who holds a unit or has voted does not get it again')
    }
    assert(
      job.wanting.has(unit.index) === unit.missing > liveCountOf(unit),
      '[J5] a unit wants what it lacks',
    )
  }
}

function checkProviders(state: State): void {
  let held = 0
  for (const provider of state.providers.values()) {
    // What it stated last may be less than what it was given before.
    assert(provider.held.size <= limits.capacityMax, '[L1] nobody holds more than any capacity')
    assert(state.sessions.get(provider.session) === provider.id, '[L7] a provider has one session')
    held += provider.held.size
    for (const id of provider.held)
      assert(state.assignments.get(id)?.state === 'leased', '[L2] what is held is leased')
  }
  const leased = [...state.assignments.values()].filter((assignment) => assignment.state === 'leased').length
  assert(leased === held, '[L2] what is leased is held by a connected provider')
}
