import { chanceOf, spread } from '#protocol/draws.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { DrawRow } from '../records.ts'
import type { Job, State } from '../state.ts'
import { newOpenUnit, replaceAssignment, type RevealedAssignment } from '../units.ts'
import { sendAccount, accountOf } from '../ledger.ts'
import { isContested } from './contests.ts'
import { carryOut } from './draws.ts'
import { newestNumber } from './chance.ts'
import { checksMissing, pendingOf, removePending } from './earning.ts'
import { finalise } from './provisional.ts'
import type { PendingUnit, Standing } from './standing.ts'
import { standingOf } from './standings.ts'

/**
 * What becomes of pending units whose provider passes no further checks: it has gone, or the job has no other work left.
 * An identity that has proved itself over its whole life is believed. Of another, as many of the pending units are audited
 * as it lacks checks, up to all of them: short-lived identities cannot be cheap.
 */
export function settleTails(state: State, nowMs: number, effects: Effect[]): void {
  for (const [assignment, { isOpen }] of state.tails)
    if (isOpen && !state.assignments.has(assignment)) state.tails.delete(assignment)
  const quiet = quietJobs(state, nowMs)
  for (const provider of [...state.withPending]) {
    const standing = standingOf(state, provider)
    const idleMs = nowMs - standing.lastActiveMs
    if (idleMs < state.durations.tailIdleMs && quiet.size === 0) continue
    const due = [...pendingOf(standing)].filter(
      ({ job }) => quiet.has(job) || idleMs >= tailIdleMsOf(state, job),
    )
    for (const group of byRequester(state, due).values()) settle(state, standing, group, nowMs, effects)
    if (pendingOf(standing).next().done === true) state.withPending.delete(provider)
  }
}

/** How long a provider of a job's units must have passed no check: between two of its units it may be busy with one. */
function tailIdleMsOf({ jobs, durations }: State, id: JobId): number {
  const job = jobs.get(id)
  const meanMs = job && job.timedUnits > 0 ? job.timesMs.run / job.timedUnits : 0
  return durations.tailIdleMs + tailUnits * meanMs
}

/** An identity that did nothing in the time of so many units has gone. */
const tailUnits = 4

/** The jobs that have nothing left but provisional units, and have had nothing else for a while. */
function quietJobs({ jobs, durations }: State, nowMs: number): Set<JobId> {
  const quiet = new Set<JobId>()
  for (const [id, job] of jobs) {
    const { provisional, accepted, failed, cancelled } = job.counts
    if (provisional === 0 || job.open.size > 0 || nowMs - job.quietSinceMs < durations.tailIdleMs) continue
    if (provisional + accepted + failed + cancelled === job.terms.plan.unitCount) quiet.add(id)
  }
  return quiet
}

function byRequester(state: State, units: readonly PendingUnit[]): Map<string, PendingUnit[]> {
  const groups = new Map<string, PendingUnit[]>()
  for (const unit of units) {
    const requester = state.jobs.get(unit.job)?.terms.requester ?? ''
    const group = groups.get(requester)
    if (group) group.push(unit)
    else groups.set(requester, [unit])
  }
  return groups
}

function settle(
  state: State,
  standing: Standing,
  units: readonly PendingUnit[],
  nowMs: number,
  effects: Effect[],
): void {
  const { provider } = standing
  const requester = state.jobs.get(units[0]?.job ?? '0x')?.terms.requester ?? '0x'
  const dearestWei = units.reduce((most, { payWei }) => (payWei > most ? payWei : most), 0n)
  const asked = [...state.tails.values()].filter((audit) => audit.provider === provider).length
  const missing = checksMissing(state, provider, requester, dearestWei)
  if (missing === 0) {
    if (isContested(state, provider)) return
    const settled = new Set(units)
    for (const unit of removePending(standing, (one) => settled.has(one)))
      finalise(state, provider, unit, nowMs, effects)
    sendAccount(state, provider, effects)
  } else if (state.beacon.latestRound > 0)
    for (const unit of chosen(state, units, Math.min(missing, tailAuditsMax) - asked))
      if (!state.tails.has(unit.assignment)) {
        state.tails.set(unit.assignment, { provider, isOpen: false })
        effects.push({
          kind: 'fetchResult',
          job: unit.job,
          unit: unit.unit,
          assignment: unit.assignment,
        })
      }
}

/** Audits of one identity's tail under way at a time: their results are in memory. */
const tailAuditsMax = 16

/** Which units of a tail are audited: the newest round says where to begin, and no provider can know it beforehand. */
function chosen(state: State, units: readonly PendingUnit[], count: number): PendingUnit[] {
  if (count <= 0) return []
  const start = newestNumber(state) % units.length
  return [...units.slice(start), ...units.slice(0, start)].slice(0, count)
}

/** The bytes of a pending result are here: the unit is open again, with that vote, and an audit to come. */
export function auditFetched(
  state: State,
  assignment: AssignmentId,
  result: Uint8Array,
  nowMs: number,
  effects: Effect[],
): void {
  const audit = state.tails.get(assignment)
  if (!audit || audit.isOpen) return
  const { provider } = audit
  const [pending] = removePending(standingOf(state, provider), (unit) => unit.assignment === assignment)
  const job = pending && state.jobs.get(pending.job)
  if (!job) {
    // It was recalled or earned meanwhile.
    state.tails.delete(assignment)
    return
  }
  audit.isOpen = true
  accountOf(state, provider).pendingWei -= pending.payWei
  const { unit, leasedAtMs, payWei, commitment, resultDigest } = pending
  const vote: RevealedAssignment = {
    id: assignment,
    job: pending.job,
    unit,
    provider,
    leasedAtMs,
    payWei,
    errand: undefined,
    state: 'revealed',
    commitment,
    drawRound: state.beacon.latestRound,
    result,
    resultDigest,
  }
  reopen(state, job, pending, vote, provider, nowMs, effects)
}

function reopen(
  state: State,
  job: Job,
  { attempts, unit: index }: PendingUnit,
  vote: RevealedAssignment,
  provider: ProviderId,
  nowMs: number,
  effects: Effect[],
): void {
  const unit = newOpenUnit(index, job.isChecked ? 1 : 2)
  unit.attempts = attempts
  unit.barred.add(provider)
  unit.firstLeasedAtMs = vote.leasedAtMs
  unit.firstCommittedAtMs = nowMs
  unit.isTimed = true
  job.open.set(index, unit)
  const { latestRound: round, latestValue: value } = state.beacon
  const { id: jobId } = job.terms
  effects.push({
    kind: 'persist',
    record: { table: 'finals', row: { job: jobId, unit: index, verdict: 'recalled' } },
  })
  replaceAssignment(state, unit, vote, effects)
  const seed = (newestNumber(state) + spread(index + 1)) >>> 0
  const drawn = { assignment: vote.id, job: jobId, unit: index, round, value: value ?? '0x' } as const
  const row: DrawRow = {
    ...drawn,
    outcome: job.isChecked ? 'lastCheck' : 'audit',
    anchor: chanceOf(seed) < state.policy.anchorShare,
    spots: [],
  }
  effects.push({ kind: 'persist', record: { table: 'draws', row } })
  carryOut(state, job, unit, vote, row, seed, nowMs, effects)
  sendAccount(state, provider, effects)
}
