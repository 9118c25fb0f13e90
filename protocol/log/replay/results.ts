import { commitmentOf } from '../../commitment.ts'
import { isErrand } from '../../ids.ts'
import { signerOf } from '../../session-key.ts'
import type { LogEntryOf } from '../entries.ts'
import { demand } from './fault.ts'
import {
  isOpen,
  jobOf,
  providerOf,
  resultOf,
  rulesOf,
  unitOf,
  type Replay,
  type ReplayedJob,
  type ReplayedResult,
} from './state.ts'

/** Commitments, what they open to, and what was refused. */

export function takeCommit(replay: Replay, entry: LogEntryOf<'commit'>): void {
  const { assignment, job: id, unit, provider, task, commitment, signature } = entry
  const job = jobOf(replay, id)
  demand(job.fundedWei >= BigInt(job.terms.costWei), 'the job is not paid in')
  demand(assignment.startsWith(`${id.slice(2, 10)}/${unit}/`), 'the assignment is of another unit')
  demand(isErrand(assignment) === (task !== undefined), 'its number says whether it is an errand')
  demand(!replay.results.has(assignment), 'there is a commitment to this result')
  demand(signerOf(commitment, signature) === provider, 'it is not signed by its provider')
  unitOf(job, unit)
  if (task) checkTask(job, unit, task)
  replay.results.set(assignment, {
    commit: entry,
    state: 'committed',
    round: undefined,
    refusalsThen: 0,
    isTail: false,
    draw: undefined,
    digest: undefined,
    paidWei: 0n,
    accused: new Set(),
  })
}

function checkTask(job: ReplayedJob, unit: number, task: NonNullable<LogEntryOf<'commit'>['task']>): void {
  demand(job.terms.quorum === 1, 'a job of a fixed quorum has no errands')
  if (task.kind === 'check') {
    demand(job.terms.comparison === 'checker', 'the job has no verify kernel')
    return
  }
  demand(job.terms.spottable, 'the job’s kernel cannot be run in parts')
  demand(task.spots[0]?.[0] === unit, 'a bundle goes by its first spot’s unit')
  for (const [index] of task.spots) unitOf(job, index)
}

export function takeReveal(replay: Replay, { assignment, round }: LogEntryOf<'reveal'>): void {
  const result = resultOf(replay, assignment)
  const { job: id, unit, task, provider } = result.commit
  const job = jobOf(replay, id)
  demand(result.state === 'committed', 'it was revealed before')
  result.state = 'revealed'
  if (task) {
    demand(round === undefined, 'no round decides about an errand')
    noteChecks(replay, job, result)
    return
  }
  demand(isOpen(unitOf(job, unit)), 'its unit is decided')
  if (round !== undefined) nameRound(replay, job, result, round)
  providerOf(replay, provider)
}

/** Another round than that of the reveal. */
export function takeRound(replay: Replay, { assignment, round }: LogEntryOf<'round'>): void {
  const result = resultOf(replay, assignment)
  const job = jobOf(replay, result.commit.job)
  const unit = unitOf(job, result.commit.unit)
  demand(result.state === 'revealed' && result.round !== undefined, 'the result does not wait for a round')
  if (unit.verdict === 'recalled' && unit.canonical === assignment && result.draw) {
    result.isTail = true
    result.draw = undefined
    result.round = round
    return
  }
  // Another result of the unit has fallen since: this one is the first now, or once more.
  demand(unit.refusals > result.refusalsThen, 'nothing has happened that would put its round off')
  result.draw = undefined
  nameRound(replay, job, result, round)
}

/** A round that decides must be named before anybody knows it. */
function nameRound(replay: Replay, job: ReplayedJob, result: ReplayedResult, round: number): void {
  demand(round > replay.latestRound, 'it names a round that was known already')
  result.round = round
  result.refusalsThen = unitOf(job, result.commit.unit).refusals
}

/** An errand was done: what it checks, and whom that may speak for. */
function noteChecks(replay: Replay, job: ReplayedJob, { commit }: ReplayedResult): void {
  const { task, provider, unit: place } = commit
  if (!task) return
  const spots = task.kind === 'spots' ? task.spots : [[place, 'check'] as const]
  for (const [index, spot] of spots) {
    const unit = unitOf(job, index)
    const key = `${spot}`
    const checkers = unit.checks.get(key) ?? new Set()
    unit.checks.set(key, checkers.add(provider))
    for (const one of replay.results.values())
      if (one.draw && one.commit.job === job.terms.job && one.commit.unit === index)
        providerOf(replay, one.commit.provider).evidence += 1
  }
}

export function takeOpening(replay: Replay, entry: LogEntryOf<'opening'>): void {
  const { assignment, resultDigest, nonce } = entry
  const result = resultOf(replay, assignment)
  const { job: id, unit, provider, commitment } = result.commit
  const job = jobOf(replay, id)
  demand(result.state !== 'committed', 'it was never revealed')
  demand(result.digest === undefined, 'it was opened before')
  const { chainId } = rulesOf(replay)
  const bound = commitmentOf({ chainId, job: id, unit, provider, resultDigest, nonce })
  demand(bound === commitment, 'its commitment does not open to it')
  result.digest = resultDigest
  replay.unopened.delete(assignment)
  if (result.state === 'paid' && !result.commit.task) compareDigest(job, result)
}

/** Paid results of a unit that are compared bit by bit have one digest. */
export function compareDigest(job: ReplayedJob, { commit, digest }: ReplayedResult): void {
  if (job.terms.comparison !== 'exact' || digest === undefined) return
  const unit = unitOf(job, commit.unit)
  unit.digest ??= digest
  demand(unit.digest === digest, 'a result that was paid differs from another one of its unit')
}

export function takeRefusal(replay: Replay, { assignment }: LogEntryOf<'refusal'>): void {
  const result = resultOf(replay, assignment)
  const job = jobOf(replay, result.commit.job)
  demand(result.state !== 'paid', 'the result was paid')
  // What a verify kernel has found bad is condemned for good once another result is found good.
  demand(result.state !== 'refused' || job.terms.comparison === 'checker', 'the result was refused before')
  const unit = unitOf(job, result.commit.unit)
  result.state = 'refused'
  if (!result.commit.task) unit.refusals += 1
}
