import { assert } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import { accountOf } from '../ledger.ts'
import type { CheckRow, DrawRow } from '../records.ts'
import type { Stored } from '../stored.ts'
import type { State } from '../state.ts'
import { carryOut } from './draws.ts'
import { addPending } from './earning.ts'
import { standingOf } from './standings.ts'

/** What is known of identities, with the checks that may still count. */
export function restoreStandings(state: State, { standings, checks }: Stored, nowMs: number): void {
  const byProvider = new Map<ProviderId, CheckRow[]>()
  for (const check of checks) {
    const list = byProvider.get(check.provider)
    if (list) list.push(check)
    else byProvider.set(check.provider, [check])
  }
  for (const row of standings) {
    const standing = standingOf(state, row.provider)
    const log = byProvider.get(row.provider) ?? []
    const logFrom = log[0]?.index ?? row.checks
    assert(
      logFrom + log.length === row.checks,
      'the checks of a provider are kept without a gap, to the last',
    )
    const { probationPassed, units, missedAtUnits, checksFrom, convictions } = row
    Object.assign(standing, {
      probationPassed,
      checks: row.checks,
      units,
      missedAtUnits,
      checksFrom: Math.max(checksFrom, logFrom),
      convictions,
      logFrom,
      lastActiveMs: nowMs,
    })
    standing.log.push(...log.map(({ requester, weightWei }) => ({ requester, weightWei })))
  }
}

/** Provisional units are pending again, in the order of their attempts. */
export function restorePending(state: State, { units, provisionalAssignments }: Stored, nowMs: number): void {
  const marks = new Map(units.map(({ canonical, mark }) => [canonical, mark ?? 0]))
  for (const { row, attempts } of provisionalAssignments) {
    const { id: assignment, job, unit, provider, payWei, leasedAtMs, commitment, resultDigest } = row
    assert(commitment && resultDigest, 'a provisional result was committed and revealed')
    const standing = standingOf(state, provider)
    const requester = state.jobs.get(job)?.terms.requester ?? '0x'
    const mark = Math.max(marks.get(assignment) ?? 0, standing.logFrom)
    const result = { leasedAtMs, commitment, resultDigest }
    addPending(standing, requester, { job, unit, assignment, payWei, mark, attempts, ...result }, nowMs)
    state.withPending.add(provider)
    accountOf(state, provider).pendingWei += payWei
  }
}

/** What the beacon said about the first result of an open unit holds. */
export function restoreDraw(state: State, row: DrawRow, nowMs: number, effects: Effect[]): void {
  const assignment = state.assignments.get(row.assignment)
  const job = state.jobs.get(row.job)
  const unit = job?.open.get(row.unit)
  if (!job || !unit || assignment?.state !== 'revealed') return
  state.beacon.latestRound = Math.max(state.beacon.latestRound, row.round)
  carryOut(state, job, unit, assignment, row, 0, nowMs, effects)
}
