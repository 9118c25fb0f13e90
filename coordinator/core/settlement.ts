import { assert, unreachable } from '#protocol/assert.ts'
import { chargesHashOf } from '#protocol/attestation.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { persistJob } from './jobs.ts'
import { accountOf, sendAccount } from './ledger.ts'
import type { EpochRow } from './records.ts'
import type { AttestedEpoch, ChainWork, Epoch, PreparedEpoch, State } from './state.ts'

type EpochWork = Exclude<ChainWork, { kind: 'none' | 'pushingClaims' }>
type EventOf<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>

/**
 * From the ledger to the wallets, one step at a time.
 *
 *     none ─ something to settle ─▶ preparing ─ root ─▶ attesting ─ signatures ─▶ proposing ─ the chain has it ─▶ activating
 *      ▲                                                                                                              │
 *      └──────────────────────── paid ── pushingClaims ◀── in effect ────────────────────────────────────────────────┘
 *
 * What fails is done again, the very same, after a pause; what the auditors stop is dropped, and another epoch with a
 * higher number takes its place. All sums on the chain are cumulative and fixed durably before they are sent, so a step
 * repeated after a crash moves no coin twice.
 */
export function driveChain(state: State, nowMs: number, effects: Effect[]): void {
  const work = state.chainWork
  if (work.kind === 'none') {
    if (nowMs < work.notBeforeMs) return
    const epoch = nextEpoch(state)
    if (epoch) beginEpoch(state, epoch, effects)
    else if (claimsDue(state).length > 0) pushClaims(state, effects)
    return
  }
  if (work.retryAtMs === undefined || nowMs < work.retryAtMs) return
  state.chainWork = { ...work, retryAtMs: undefined }
  if (work.kind === 'pushingClaims') pushClaims(state, effects)
  else effects.push(orderOf(work))
}

/** Where an epoch stands by what is known of it, for a coordinator that starts again. */
export function workOn(epoch: Epoch, retryAtMs: number | undefined): EpochWork {
  if (!isPrepared(epoch)) return { kind: 'preparing', epoch, retryAtMs }
  return isAttested(epoch) ? { kind: 'proposing', epoch, retryAtMs } : { kind: 'attesting', epoch, retryAtMs }
}

/** What was in progress failed; it is tried again after a pause. */
export function retryChainLater(state: State, nowMs: number): void {
  if (state.chainWork.kind !== 'none')
    state.chainWork = { ...state.chainWork, retryAtMs: nowMs + state.durations.chainRetryMs }
}

/** The epoch's root is known: all that auditors sign is fixed, before any of them is asked. */
export function recordPreparation(
  state: State,
  { epoch: number, payRoot, logHead }: EventOf<'epochPrepared'>,
  effects: Effect[],
): void {
  const work = state.chainWork
  if (work.kind !== 'preparing' || work.epoch.number !== number) return
  const { earnings, charges, closedJobs } = work.epoch
  const attestation = {
    epoch: number,
    logSize: logHead.size,
    logRoot: logHead.root,
    payRoot,
    totalEarnedWei: sumOf(earnings),
    totalChargedWei: totalChargedAfter(state, work.epoch),
    chargesHash: chargesHashOf(charges, closedJobs),
  }
  advance(state, { ...work.epoch, attestation }, effects)
}

/** Enough auditors have signed. */
export function recordAttestation(
  state: State,
  { epoch: number, signatures }: EventOf<'epochAttested'>,
  effects: Effect[],
): void {
  const work = state.chainWork
  if (work.kind !== 'attesting' || work.epoch.number !== number) return
  const inOrder = signatures.toSorted((left, right) => (left.auditor < right.auditor ? -1 : 1))
  advance(state, { ...work.epoch, signatures: inOrder }, effects)
}

/** The chain has the proposal, which waits for a veto; it is looked after again when it may take effect, or sooner. */
export function awaitActivation(
  state: State,
  { epoch: number, activatesAtMs }: EventOf<'epochPending'>,
  nowMs: number,
): void {
  const work = state.chainWork
  if ((work.kind !== 'proposing' && work.kind !== 'activating') || work.epoch.number !== number) return
  const { chainRetryMs, epochMs } = state.durations
  const waitMs = Math.min(Math.max(activatesAtMs - nowMs, chainRetryMs), Math.max(epochMs, chainRetryMs))
  state.chainWork = { kind: 'activating', epoch: work.epoch, retryAtMs: nowMs + waitMs }
}

/** The auditors have stopped the epoch: what it would have settled waits for the next, under another number. */
export function stopEpoch(state: State, number: number, nowMs: number, effects: Effect[]): void {
  const work = state.chainWork
  if (work.kind === 'none' || work.kind === 'pushingClaims' || work.epoch.number !== number) return
  state.chainWork = { kind: 'none', notBeforeMs: nowMs + state.durations.chainRetryMs }
  persistEpoch({ epoch: work.epoch, state: 'stopped', transaction: undefined }, effects)
}

/** The epoch is in effect: the chain holds its root and has taken its charges. */
export function recordEpoch(
  state: State,
  number: number,
  transaction: Hex | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  const work = state.chainWork
  if ((work.kind !== 'proposing' && work.kind !== 'activating') || work.epoch.number !== number) return
  const { epoch } = work
  state.postedEpoch = epoch
  persistEpoch({ epoch, state: 'posted', transaction }, effects)
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

function nextEpoch(state: State): Epoch | undefined {
  const jobs = [...state.jobs.values()].sort((left, right) => (left.terms.id < right.terms.id ? -1 : 1))
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

/** Whatever becomes of it, its number is used up. */
function beginEpoch(state: State, epoch: Epoch, effects: Effect[]): void {
  state.epochNumber = epoch.number
  advance(state, epoch, effects)
}

/** What is known of the epoch becomes durable, then the next step is ordered. */
function advance(state: State, epoch: Epoch, effects: Effect[]): void {
  const work = workOn(epoch, undefined)
  state.chainWork = work
  persistEpoch({ epoch, state: 'prepared', transaction: undefined }, effects)
  effects.push(orderOf(work))
}

function orderOf(work: EpochWork): Effect {
  switch (work.kind) {
    case 'preparing':
      return { kind: 'prepareEpoch', epoch: work.epoch }
    case 'attesting':
      return { kind: 'attestEpoch', epoch: work.epoch }
    case 'proposing':
    case 'activating':
      return { kind: 'postEpoch', epoch: work.epoch }
    default:
      return unreachable(work)
  }
}

function persistEpoch(row: EpochRow, effects: Effect[]): void {
  effects.push({ kind: 'persist', record: { table: 'epochs', row } })
}

function claimsDue(state: State): Epoch['earnings'] {
  if (!state.pushesClaims) return []
  return [...state.accounts].flatMap(([provider, account]) =>
    account.settledWei > account.claimedWei ? [{ provider, cumulativeWei: account.settledWei }] : [],
  )
}

function pushClaims(state: State, effects: Effect[]): void {
  assert(state.postedEpoch, 'claims are due only after an epoch was posted')
  state.chainWork = { kind: 'pushingClaims', retryAtMs: undefined }
  effects.push({ kind: 'pushClaims', epoch: state.postedEpoch, claims: claimsDue(state) })
}

/** All that the chain will have taken once it has made the epoch's charges. */
function totalChargedAfter(state: State, { charges }: Epoch): bigint {
  const charged = new Map(charges.map(({ job, cumulativeWei }) => [job, cumulativeWei]))
  let totalWei = 0n
  for (const [id, job] of state.jobs) totalWei += charged.get(id) ?? job.settledChargeWei
  return totalWei
}

function isPrepared(epoch: Epoch): epoch is PreparedEpoch {
  return epoch.attestation !== undefined
}

function isAttested(epoch: PreparedEpoch): epoch is AttestedEpoch {
  return epoch.signatures !== undefined
}

function sumOf(sums: readonly { readonly cumulativeWei: bigint }[]): bigint {
  return sums.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)
}

function jobOf(state: State, id: Epoch['closedJobs'][number]) {
  const job = state.jobs.get(id)
  assert(job, 'an epoch names jobs of this coordinator')
  return job
}
