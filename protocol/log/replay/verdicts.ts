import type { AssignmentId } from '../../ids.ts'
import type { LogEntryOf } from '../entries.ts'
import { demand } from './fault.ts'
import {
  isOpen,
  jobOf,
  resultOf,
  unitOf,
  type Replay,
  type ReplayedJob,
  type ReplayedResult,
  type ReplayedUnit,
} from './state.ts'

/** What became of units, and whether that follows from votes, draws and checks. */
export function takeVerdict(replay: Replay, entry: LogEntryOf<'verdict'>): void {
  const job = jobOf(replay, entry.job)
  const unit = unitOf(job, entry.unit)
  switch (entry.verdict) {
    case 'provisional':
      demand(isOpen(unit), `the unit is ${unit.verdict}`)
      unit.canonical = takenProvisionally(replay, job, unit, entry)
      break
    case 'accepted':
      if (unit.verdict === 'provisional') {
        demand(entry.canonical === undefined, 'a provisional unit has its result')
        demand(replay.results.get(unit.canonical ?? '')?.state === 'paid', 'its result was not paid')
      } else {
        demand(isOpen(unit), `the unit is ${unit.verdict}`)
        unit.canonical = taken(replay, job, unit, entry)
      }
      job.decided += 1
      break
    case 'failed':
    case 'cancelled':
      demand(isOpen(unit), `the unit is ${unit.verdict}`)
      demand(unit.paid.size === 0, 'a result of it was paid')
      demand(entry.canonical === undefined, 'there is no result')
      demand(entry.verdict === 'failed' || job.control === 'cancelled', 'the job was not cancelled')
      job.decided += 1
      break
    case 'recalled':
      demand(unit.verdict === 'provisional', 'only what is provisional is recalled')
      demand(unit.paid.size === 0, 'its result was paid')
      break
  }
  unit.verdict = entry.verdict
}

function canonicalOf(
  replay: Replay,
  entry: LogEntryOf<'verdict'>,
): { id: AssignmentId; result: ReplayedResult } {
  const { canonical: id } = entry
  demand(id !== undefined, 'it names no result')
  const result = resultOf(replay, id)
  const { commit } = result
  demand(
    commit.job === entry.job && commit.unit === entry.unit && !commit.task,
    'the result is of another unit',
  )
  return { id, result }
}

/** A first result may be taken for now when its draw let it pass, or its checks were made by others. */
function takenProvisionally(
  replay: Replay,
  job: ReplayedJob,
  unit: ReplayedUnit,
  entry: LogEntryOf<'verdict'>,
): AssignmentId {
  const { id, result } = canonicalOf(replay, entry)
  const { draw, commit, state } = result
  demand(state === 'revealed', `the result is ${state}`)
  demand(job.terms.quorum === 1, 'a job of a fixed quorum has no provisional units')
  demand(draw, 'no round has decided about the result')
  const isCheckedBy = (key: string) =>
    [...(unit.checks.get(key) ?? [])].some((checker) => checker !== commit.provider)
  switch (draw.outcome) {
    case 'pass':
      break
    case 'spots':
      for (const spot of draw.spots) demand(isCheckedBy(`${spot}`), `nobody else has re-run its spot ${spot}`)
      break
    case 'check':
      demand(isCheckedBy('check'), 'nobody else has run the verify kernel on it')
      break
    case 'audit':
    case 'lastCheck':
      demand(false, `it was drawn for ${draw.outcome === 'audit' ? 'an audit' : 'a last check'}`)
  }
  return id
}

/** A unit is accepted for good when enough were paid for it, or one whose word is enough. */
function taken(
  replay: Replay,
  job: ReplayedJob,
  unit: ReplayedUnit,
  entry: LogEntryOf<'verdict'>,
): AssignmentId {
  const { id, result } = canonicalOf(replay, entry)
  demand(result.state === 'paid', 'its result was not paid')
  const { quorum, comparison } = job.terms
  if (quorum > 1) {
    demand(unit.paid.size === quorum, `${unit.paid.size} results of it were paid; it takes ${quorum}`)
    return id
  }
  const checkers = [...(unit.checks.get('check') ?? [])].filter((one) => one !== result.commit.provider)
  const isSettled =
    unit.paid.size === 2 ||
    replay.anchors.has(result.commit.provider) ||
    (comparison === 'checker' &&
      (result.draw?.outcome === 'lastCheck'
        ? checkers.length > 0
        : checkers.some((one) => replay.anchors.has(one))))
  demand(isSettled, 'one result is not enough, but an anchor’s')
  return id
}
