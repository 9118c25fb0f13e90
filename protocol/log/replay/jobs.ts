import { jobIdOf, jobSaltOf } from '../../job-spec.ts'
import { spotsPerUnit } from '../../spots-per-unit.ts'
import type { LogEntryOf } from '../entries.ts'
import { demand } from './fault.ts'
import { jobOf, rulesOf, type Replay } from './state.ts'

/** Rules, jobs and their money. */

export function takeRules(replay: Replay, entry: LogEntryOf<'rules'>): void {
  const { rules: former } = replay
  demand(
    !former || (former.chainId === entry.chainId && former.contract === entry.contract),
    'a log is for one chain and one settlement contract',
  )
  replay.rules = entry
  replay.anchors = new Set(entry.anchors)
}

export function takeJob(replay: Replay, entry: LogEntryOf<'job'>): void {
  const { job, requester, salt, nonce, spec, unitCount, quorum } = entry
  demand(!replay.jobs.has(job), 'the job was admitted before')
  demand(salt === jobSaltOf(spec, nonce), 'the salt is not made of this spec and nonce')
  demand(job === jobIdOf(requester, salt), 'the id is not made of this requester and salt')
  const [priceWei, payWei] = [BigInt(entry.unitPriceWei), BigInt(entry.unitPayWei)]
  demand(payWei * BigInt(quorum) === priceWei, 'a unit’s price is what its results earn together')
  const unitCostWei = quorum === 1 ? 2n * priceWei + 2n * (priceWei / BigInt(spotsPerUnit)) : priceWei
  demand(BigInt(entry.costWei) === unitCostWei * BigInt(unitCount), 'the cost does not follow from the price')
  replay.jobs.set(job, {
    terms: entry,
    unitPayWei: payWei,
    fundedWei: 0n,
    chargedWei: 0n,
    settledWei: 0n,
    control: 'none',
    phase: 'open',
    decided: 0,
    spotsDrawn: 0,
    units: new Map(),
  })
}

export function takeFund(replay: Replay, { job: id, fundedWei }: LogEntryOf<'fund'>): void {
  const job = jobOf(replay, id)
  demand(BigInt(fundedWei) > job.fundedWei, 'what was paid in for a job never falls')
  job.fundedWei = BigInt(fundedWei)
}

export function takeControl(replay: Replay, { job: id, control }: LogEntryOf<'control'>): void {
  const job = jobOf(replay, id)
  demand(job.control !== 'cancelled', 'a cancelled job stays cancelled')
  demand(job.control !== control, 'nothing changes')
  job.control = control
}

export function takeEnd(replay: Replay, { job: id }: LogEntryOf<'end'>): void {
  const job = jobOf(replay, id)
  demand(job.phase === 'open', 'the job has ended before')
  // Units of a cancelled job that nobody was given are cancelled without an entry each.
  demand(job.control === 'cancelled' || job.decided === job.terms.unitCount, 'a unit of it is undecided')
  for (const { verdict } of job.units.values())
    demand(verdict !== 'provisional', 'a unit of it is provisional only')
  job.phase = 'ended'
}

/** The sums go into a root: they must be what follows from all that stands before. */
export function takeEpoch(replay: Replay, entry: LogEntryOf<'epoch'>): void {
  rulesOf(replay)
  const { number } = entry
  demand(!replay.prepared, 'the epoch before has not come to its end')
  demand(number === replay.epochNumber + 1, 'epochs are numbered without a gap')
  const [first] = replay.unopened
  demand(first === undefined, `the result ${first} is paid, and its commitment was never opened`)
  const earnings = [...replay.accounts].flatMap(([provider, cumulativeWei]) =>
    cumulativeWei > 0n ? [{ provider, cumulativeWei }] : [],
  )
  const jobs = [...replay.jobs.values()].sort((left, right) => (left.terms.job < right.terms.job ? -1 : 1))
  const charges = jobs
    .filter(({ chargedWei, settledWei }) => chargedWei > settledWei)
    .map(({ terms, chargedWei }) => ({ job: terms.job, cumulativeWei: chargedWei }))
  const closedJobs = jobs.filter(({ phase }) => phase === 'ended').map(({ terms }) => terms.job)
  demand(charges.length > 0 || closedJobs.length > 0, 'there is nothing to settle')
  demand(entry.payees === earnings.length, `the log pays ${earnings.length} accounts`)
  demand(entry.earnedWei === sumOf(earnings), `by the log ${sumOf(earnings)} is earned`)
  demand(entry.chargedWei === sumOf(charges), `by the log ${sumOf(charges)} is charged`)
  const charged = new Map(charges.map(({ job, cumulativeWei }) => [job, cumulativeWei]))
  const totalChargedWei = jobs.reduce(
    (sum, { terms, settledWei }) => sum + (charged.get(terms.job) ?? settledWei),
    0n,
  )
  replay.epochNumber = number
  replay.prepared = { number, index: replay.size, earnings, charges, closedJobs, totalChargedWei }
}

export function takeStopped(replay: Replay, { number }: LogEntryOf<'stopped'>): void {
  demand(replay.prepared?.number === number, 'no such epoch was prepared')
  replay.prepared = undefined
}

export function takePosted(replay: Replay, { number }: LogEntryOf<'posted'>): void {
  const { prepared } = replay
  demand(prepared?.number === number, 'no such epoch was prepared')
  replay.posted = prepared
  replay.prepared = undefined
  for (const { job: id, cumulativeWei } of prepared.charges) {
    const job = replay.jobs.get(id)
    if (job) job.settledWei = cumulativeWei
  }
  for (const id of prepared.closedJobs) {
    const job = replay.jobs.get(id)
    if (job) job.phase = 'closed'
    job?.units.clear()
  }
  // Nothing more can be said of closed jobs: what is known of their results need not be kept.
  const closed = new Set(prepared.closedJobs)
  for (const [assignment, { commit }] of replay.results)
    if (closed.has(commit.job)) replay.results.delete(assignment)
}

function sumOf(sums: readonly { readonly cumulativeWei: bigint }[]): string {
  return `${sums.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)}`
}
