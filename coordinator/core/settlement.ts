import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { Effect } from './effects.ts'
import { persistJob } from './jobs.ts'
import { accountOf, sendAccount } from './ledger.ts'
import type { Epoch, State } from './state.ts'

/**
 * From the ledger to the wallets, one step at a time.
 *
 *     none ─ something to settle ─▶ postingEpoch ─ posted ─▶ pushingClaims ─ paid ─▶ none
 *                                    └─ failed: the same epoch again, later
 *
 * All sums on the chain are cumulative, so a step repeated after a crash moves no coin twice.
 */
export function driveChain(state: State, nowMs: number, effects: Effect[]): void {
  const work = state.chainWork
  if (work.kind === 'none') {
    if (nowMs < work.notBeforeMs) return
    const epoch = prepareEpoch(state)
    if (epoch) beginEpoch(state, epoch, effects)
    else if (claimsDue(state).length > 0) pushClaims(state, effects)
    return
  }
  if (work.retryAtMs === undefined || nowMs < work.retryAtMs) return
  if (work.kind === 'postingEpoch') beginEpoch(state, work.epoch, effects)
  else pushClaims(state, effects)
}

/** The transaction in progress failed; it is tried again after a pause. */
export function retryChainLater(state: State, nowMs: number): void {
  if (state.chainWork.kind !== 'none')
    state.chainWork = { ...state.chainWork, retryAtMs: nowMs + state.durations.chainRetryMs }
}

/** The chain holds the epoch's root and has taken its charges. */
export function recordEpoch(
  state: State,
  number: number,
  transaction: Hex | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  const work = state.chainWork
  if (work.kind !== 'postingEpoch' || work.epoch.number !== number) return
  const { epoch } = work
  state.epochNumber = epoch.number
  state.postedEpoch = epoch
  effects.push({ kind: 'persist', record: { table: 'epochs', row: { epoch, state: 'posted', transaction } } })
  for (const { provider, cumulativeWei } of epoch.earnings) {
    const account = accountOf(state, provider)
    if (account.settledWei === cumulativeWei) continue
    account.settledWei = cumulativeWei
    sendAccount(state, provider, effects)
  }
  for (const { job: id, cumulativeWei } of epoch.charges) jobOf(state, id).settledChargeWei = cumulativeWei
  for (const id of epoch.closedJobs) {
    const job = jobOf(state, id)
    job.phase = 'settled'
    job.refundedWei = job.fundedWei - job.settledChargeWei
  }
  for (const id of new Set([...epoch.charges.map((charge) => charge.job), ...epoch.closedJobs]))
    persistJob(jobOf(state, id), effects)
  if (claimsDue(state).length > 0) pushClaims(state, effects)
  else state.chainWork = { kind: 'none', notBeforeMs: nowMs + state.durations.epochMs }
}

/** The chain has paid these accounts up to these sums. */
export function recordClaims(
  state: State,
  paid: Epoch['earnings'],
  transaction: Hex | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  for (const { provider, cumulativeWei } of paid) {
    const account = accountOf(state, provider)
    if (account.claimedWei >= cumulativeWei) continue
    account.claimedWei = cumulativeWei
    effects.push({
      kind: 'persist',
      record: { table: 'claims', row: { provider, claimedWei: cumulativeWei, transaction } },
    })
    sendAccount(state, provider, effects)
  }
  if (state.chainWork.kind === 'pushingClaims')
    state.chainWork = { kind: 'none', notBeforeMs: nowMs + state.durations.epochMs }
}

function prepareEpoch(state: State): Epoch | undefined {
  const jobs = [...state.jobs.values()]
  const charges = jobs
    .filter((job) => job.chargedWei > job.settledChargeWei)
    .map((job) => ({ job: job.terms.id, cumulativeWei: job.chargedWei }))
  const closedJobs = jobs.filter((job) => job.phase === 'finished').map((job) => job.terms.id)
  if (charges.length === 0 && closedJobs.length === 0) return undefined
  const earnings = [...state.accounts].flatMap(([provider, account]) =>
    account.earnedWei > 0n ? [{ provider, cumulativeWei: account.earnedWei }] : [],
  )
  return { number: state.epochNumber + 1, earnings, charges, closedJobs }
}

function beginEpoch(state: State, epoch: Epoch, effects: Effect[]): void {
  state.chainWork = { kind: 'postingEpoch', epoch, retryAtMs: undefined }
  effects.push(
    {
      kind: 'persist',
      record: { table: 'epochs', row: { epoch, state: 'prepared', transaction: undefined } },
    },
    { kind: 'postEpoch', epoch },
  )
}

function claimsDue(state: State): Epoch['earnings'] {
  return [...state.accounts].flatMap(([provider, account]) =>
    account.settledWei > account.claimedWei ? [{ provider, cumulativeWei: account.settledWei }] : [],
  )
}

function pushClaims(state: State, effects: Effect[]): void {
  assert(state.postedEpoch, 'claims are due only after an epoch was posted')
  state.chainWork = { kind: 'pushingClaims', retryAtMs: undefined }
  effects.push({ kind: 'pushClaims', epoch: state.postedEpoch, claims: claimsDue(state) })
}

function jobOf(state: State, id: Epoch['closedJobs'][number]) {
  const job = state.jobs.get(id)
  assert(job, 'an epoch names jobs of this coordinator')
  return job
}
