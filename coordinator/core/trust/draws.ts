import type { Hex } from '#protocol/bytes.ts'
import { chanceOf, drawNumbersOf, drawOutcomeOf, drawsAnchor } from '#protocol/draws.ts'
import type { Effect } from '../effects.ts'
import type { DrawRow } from '../records.ts'
import type { Job, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import { refreshOpenUnit, replaceAssignment, votesOf, type RevealedAssignment } from '../units.ts'
import { canPaySpots } from './budget.ts'
import { openCase } from './checks.ts'
import { designate } from './designation.ts'
import { queueSpots } from './spot-queue.ts'
import { isOnProbation } from './standings.ts'
import { takeProvisionally } from './provisional.ts'

/**
 * How a first result of an audited job is checked.
 *
 *     revealed ─ names a round that does not exist yet ─▶ waiting ─ the round is published ─┬─▶ audit: a second vote
 *                                                                                            ├─▶ spots: parts of it
 *                                                                                            ├─▶ check: its verify kernel
 *                                                                                            └─▶ nothing: provisional
 *
 * Nobody can know at the reveal what will be checked, so colluders gain nothing by holding both copies. A round that is
 * late or missing stops the draws that named it; nothing else decides in its place.
 */

/**
 * Names the round that decides about a result that is revealed now. Round n begins n × `beaconRoundMs` after 1970, so one
 * that has not begun can be named however late the news of others come.
 */
export function nameRound({ beacon, policy }: State, nowMs: number): number {
  return Math.max(beacon.latestRound, Math.floor(nowMs / policy.beaconRoundMs)) + policy.drawDelayRounds
}

/** A first result waits for its round. One whose round has passed, since it was a second result then, names another. */
export function awaitDraw(
  state: State,
  job: Job,
  unit: OpenUnit,
  result: RevealedAssignment,
  nowMs: number,
  effects: Effect[],
): void {
  const isPast = result.drawRound <= state.beacon.latestRound
  const vote = isPast ? { ...result, drawRound: nameRound(state, nowMs) } : result
  if (isPast) replaceAssignment(state, unit, vote, effects)
  unit.draw = { kind: 'waiting', round: vote.drawRound }
  unit.missing = 0
  const waiting = state.beacon.waiting.get(vote.drawRound)
  if (waiting) waiting.push(vote.id)
  else {
    state.beacon.waiting.set(vote.drawRound, [vote.id])
    effects.push({ kind: 'wantRound', round: vote.drawRound })
  }
  refreshOpenUnit(job, unit, effects)
}

/** A round of the beacon is known: it decides about the results that named it. */
export function publishRound(
  state: State,
  round: number,
  value: Hex,
  nowMs: number,
  effects: Effect[],
): void {
  const { beacon } = state
  if (round >= beacon.latestRound) {
    beacon.latestRound = round
    beacon.latestValue = value
  }
  const due = beacon.waiting.get(round) ?? []
  beacon.waiting.delete(round)
  for (const id of due) {
    const assignment = state.assignments.get(id)
    const job = assignment && state.jobs.get(assignment.job)
    const unit = job?.open.get(assignment?.unit ?? -1)
    if (job && unit?.draw.kind === 'waiting' && assignment.state === 'revealed')
      draw(state, job, unit, assignment, round, value, nowMs, effects)
  }
}

function draw(
  state: State,
  job: Job,
  unit: OpenUnit,
  vote: RevealedAssignment,
  round: number,
  value: Hex,
  nowMs: number,
  effects: Effect[],
): void {
  const numbers = drawNumbersOf(value, vote.commitment)
  const known = {
    isChecked: job.isChecked,
    spottable: job.terms.spottable,
    isOnProbation: isOnProbation(state, vote.provider),
    canPaySpots: () => canPaySpots(state, job),
  }
  const { outcome, spots } = drawOutcomeOf(known, state.policy, numbers)
  const anchor = outcome === 'audit' && drawsAnchor(numbers, state.policy)
  const row: DrawRow = {
    assignment: vote.id,
    job: job.terms.id,
    unit: unit.index,
    round,
    value,
    outcome,
    anchor,
    spots,
  }
  effects.push({ kind: 'persist', record: { table: 'draws', row } })
  carryOut(state, job, unit, vote, row, numbers[2] ?? 0, nowMs, effects)
}

/** Does what a draw has said, when it is made and again after a restart. */
export function carryOut(
  state: State,
  job: Job,
  unit: OpenUnit,
  vote: RevealedAssignment,
  { outcome, anchor, spots, value }: Pick<DrawRow, 'outcome' | 'anchor' | 'spots' | 'value'>,
  seed: number,
  nowMs: number,
  effects: Effect[],
): void {
  switch (outcome) {
    case 'audit':
      // Where there is a second result, the spots were re-run before a restart.
      if (spots.length > 0 && votesOf(unit).length === 1 && canPaySpots(state, job))
        checkSpots(job, unit, vote, spots, anchor ? 'anchorAudit' : 'audit', nowMs, effects)
      else beginAudit(state, job, unit, anchor, seed, nowMs, effects)
      return
    case 'spots':
      checkSpots(job, unit, vote, spots, 'take', nowMs, effects)
      return
    case 'check':
    case 'lastCheck': {
      const isPlanted = chanceOf(drawNumbersOf(value, vote.commitment)[3] ?? 0) < state.policy.plantedShare
      const drawn = { value, seed, isPlanted, isLast: outcome === 'lastCheck' }
      openCase(state, job, unit, vote, drawn, nowMs, effects)
      return
    }
    case 'pass':
      takeProvisionally(state, job, unit, vote, nowMs, effects)
  }
}

/** Parts of the unit are re-run by others. */
function checkSpots(
  job: Job,
  unit: OpenUnit,
  { provider }: RevealedAssignment,
  spots: readonly number[],
  next: 'take' | 'audit' | 'anchorAudit',
  nowMs: number,
  effects: Effect[],
): void {
  unit.draw = { kind: 'spots', left: new Set(spots), checkers: new Set(), next }
  unit.missing = 0
  queueSpots(job, unit, provider, spots, nowMs)
  refreshOpenUnit(job, unit, effects)
}

/** The whole unit is computed again. */
export function beginAudit(
  state: State,
  job: Job,
  unit: OpenUnit,
  anchor: boolean,
  seed: number,
  nowMs: number,
  effects: Effect[],
): void {
  unit.draw = { kind: 'audit' }
  unit.anchorWanted = anchor
  wantSecondVote(state, job, unit, seed, nowMs, effects)
}

/** A second result is to agree with the first; the beacon says whose. */
function wantSecondVote(
  state: State,
  job: Job,
  unit: OpenUnit,
  seed: number,
  nowMs: number,
  effects: Effect[],
): void {
  unit.quorum = 2
  unit.missing = Math.max(1, 2 - votesOf(unit).length)
  designate(state, job, unit, seed, nowMs, effects)
}
