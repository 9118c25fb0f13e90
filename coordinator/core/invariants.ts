import { assert } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import type { Job, State } from './state.ts'
import { conditions } from './unit-state.ts'
import { checksReserveWei } from './trust/budget.ts'
import { pendingOf } from './trust/earning.ts'
import { isAudited, wantsAnyone } from './units.ts'

const provisionalIndex = conditions.indexOf('provisional')

/**
 * Checks what must hold between any two events, over the whole state. Run after every step in tests and in the
 * simulator; the cheap money rules also guard production, before each commit.
 */
export function checkInvariants(state: State): void {
  checkMoney(state)
  for (const job of state.jobs.values()) {
    checkJob(state, job)
    checkCases(state, job)
  }
  checkProviders(state)
  checkPending(state)
  checkAccruals(state)
}

/** [Y3] Each account has earned exactly what its own results and those of the providers linked to it have, while they were. */
function checkAccruals(state: State): void {
  const accruedWei = new Map<string, bigint>()
  const accrue = (account: string, amountWei: bigint) => {
    assert(amountWei >= 0n, '[Y3] links follow one another')
    accruedWei.set(account, (accruedWei.get(account) ?? 0n) + amountWei)
  }
  const earnedWei = new Map<ProviderId, bigint>()
  for (const { shares } of state.jobs.values())
    for (const [provider, share] of shares)
      earnedWei.set(provider, (earnedWei.get(provider) ?? 0n) + share.earnedWei)
  for (const [provider, totalWei] of earnedWei) {
    const links = state.wallets.get(provider)?.inEffect ?? []
    const ends = [...links.map(({ fromWei }) => fromWei), totalWei]
    ends.forEach((endWei, index) => {
      accrue(links[index - 1]?.wallet ?? provider, endWei - (ends[index - 1] ?? 0n))
    })
  }
  for (const [address, account] of state.accounts)
    assert(
      account.earnedWei === (accruedWei.get(address) ?? 0n),
      '[Y3] what is earned is with whom it was left',
    )
  for (const provider of state.relinks)
    assert(state.wallets.get(provider)?.pending, '[Y3] who waits for another wallet has named it')
}

/** [X6] What is pending is what an account shows, and each pending unit is provisional and nobody else's. */
function checkPending(state: State): void {
  const seen = new Set<string>()
  for (const standing of state.standings.values()) {
    let pendingWei = 0n
    for (const { job: id, unit, payWei } of pendingOf(standing)) {
      pendingWei += payWei
      const job = state.jobs.get(id)
      assert(job?.unitConditions[unit] === provisionalIndex, '[X6] a pending unit is provisional')
      assert(!job.open.has(unit), '[X6] a pending unit is not open')
      assert(!seen.has(`${id}/${unit}`), '[X6] a unit is pending for one provider')
      seen.add(`${id}/${unit}`)
    }
    const account = state.accounts.get(standing.provider)
    assert((account?.pendingWei ?? 0n) === pendingWei, '[X6] an account shows what is pending')
  }
}

/** [M1]–[M4]: what is earned is what is charged, nothing is charged twice or beyond the funds, nothing claimed before settled. */
export function checkMoney(state: State): void {
  let chargedWei = 0n
  for (const job of state.jobs.values()) {
    let sharesWei = 0n
    for (const share of job.shares.values()) sharesWei += share.earnedWei
    assert(job.chargedWei === sharesWei, '[M1] a job is charged what its accepted results have earned')
    assert(
      isAudited(job) || job.chargedWei === job.terms.plan.unitPriceWei * BigInt(job.counts.accepted),
      '[M1] a job of a fixed quorum is charged its price for each accepted unit',
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
  const { accepted, failed, cancelled } = job.counts
  const decided = accepted + failed + cancelled
  assert(
    (job.phase === 'finished' || job.phase === 'settled') === (decided === total),
    '[J2] a job ends when its last unit is decided',
  )
  let provisional = 0
  // A walk over a million units after each step would be all that a simulation does.
  if (job.unitConditions.length > 10_000) provisional = job.counts.provisional
  else for (const condition of job.unitConditions) if (condition === provisionalIndex) provisional += 1
  assert(provisional === job.counts.provisional, '[J1] the counts are those of the conditions')
  let openProvisional = 0
  for (const { index } of job.open.values())
    if (job.unitConditions[index] === provisionalIndex) openProvisional += 1
  assert(
    job.open.size === job.nextFresh - decided - (provisional - openProvisional),
    '[J3] a unit handed out is open until it is decided or provisional',
  )
  checkSpots(job)
  for (const unit of job.open.values()) {
    const voters = new Set<string>()
    for (const assignment of unit.assignments.values()) {
      assert(state.assignments.get(assignment.id) === assignment, '[J4] the two indices of assignments agree')
      if (assignment.state === 'expired') continue
      assert(!voters.has(assignment.provider), '[Q2] a provider has one vote in a unit')
      voters.add(assignment.provider)
      assert(unit.barred.has(assignment.provider), '[Q2] who holds a unit or has voted does not get it again')
    }
    assert(job.wanting.has(unit.index) === wantsAnyone(unit), '[J5] a unit wants what it lacks')
  }
}

/** [X7] Spots that were drawn wait, are re-run, or have accused somebody, until they are paid or void. */
function checkSpots({ spots, open }: Job): void {
  let outstanding = spots.waiting.length
  for (const bundle of spots.bundles.values()) outstanding += bundle.spots.length
  for (const { accusers } of open.values()) for (const { spotCount } of accusers) outstanding += spotCount
  assert(outstanding === spots.outstanding, '[X7] the spots that may have to be paid are counted')
}

/** [X11] A result that its verify kernel judges has one case, which one provider at a time is asked about, never its own. */
function checkCases(state: State, job: Job): void {
  const { checks } = job
  let outstanding = 0
  for (const check of checks.cases.values()) {
    outstanding += check.outstanding
    assert(check.outstanding > check.words.length, '[X11] the next word about a result can be paid')
    const unit = job.open.get(check.unit)
    assert(unit?.draw.kind === 'check' && unit.draw.number === check.number, '[X11] a unit has one case')
    assert(unit.assignments.get(check.result)?.state === 'revealed', '[X11] a case is about a result')
    assert(
      (check.asked === undefined) === state.unasked.has(check),
      '[X11] somebody is asked, or nobody can be',
    )
    if (!check.asked) continue
    const { provider, assignment } = check.asked
    assert(provider !== check.primary, '[X11] nobody judges its own result')
    assert(!check.words.some((word) => word.provider === provider), '[X11] nobody speaks twice')
    const errand = assignment === undefined ? undefined : state.assignments.get(assignment)
    assert(assignment === undefined || errand?.provider === provider, '[X11] a check that is made is leased')
  }
  assert(outstanding === checks.outstanding, '[X11] the checks that are expected are counted')
  for (const { index, draw } of job.open.values())
    assert(
      draw.kind !== 'check' || checks.cases.get(draw.number)?.unit === index,
      '[X11] a unit has its case',
    )
  if (job.isChecked && job.phase === 'running')
    assert(
      job.fundedWei - job.chargedWei >= checksReserveWei(job),
      '[M2] a checked job holds the price of what is undecided, and its checks',
    )
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
