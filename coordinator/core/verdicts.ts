import { assert } from '#protocol/assert.ts'
import { limits } from '#protocol/limits.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import type { Effect } from './effects.ts'
import { finishIfDecided } from './jobs.ts'
import { countRefusal, sendAccount, settleUnit } from './ledger.ts'
import { decide } from './quorum.ts'
import type { AssignmentRow } from './records.ts'
import type { Assignment, Job, OpenUnit, State } from './state.ts'
import { endAssignment, liveCountOf, refreshOpenUnit, setCondition } from './units.ts'

type RevealedAssignment = Extract<Assignment, { state: 'revealed' }>

/** Looks at an open unit anew after anything about it has changed: accepts it, gives it up, or wants more. */
export function reconsider(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  const votes = [...unit.assignments.values()].filter((assignment) => assignment.state === 'revealed')
  const exhausted =
    votes.length >= limits.resultsPerUnitMax ||
    unit.hangs >= limits.hangsPerUnitMax ||
    (unit.attempts >= limits.attemptsPerUnitMax && liveCountOf(unit) === 0)
  if (exhausted) giveUp(state, job, unit, nowMs, effects)
  else refreshOpenUnit(job, unit, effects)
}

/** Judges a unit after a new vote. */
export function judge(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  const votes = [...unit.assignments.values()].filter((assignment) => assignment.state === 'revealed')
  const decision = decide(votes, job.terms.resultPartsOf(unit.index), job.terms.plan.quorum)
  if (decision.kind === 'agreed') {
    for (const vote of decision.agreeing) endWith(state, unit, vote, 'accepted', undefined, effects)
    for (const vote of decision.spare) endWith(state, unit, vote, 'cancelled', undefined, effects)
    for (const vote of decision.disagreeing) refuse(state, job, unit, vote, 'resultDisagrees', effects)
    for (const vote of [
      ...decision.agreeing.filter((vote) => vote !== decision.canonical),
      ...decision.spare,
    ])
      effects.push({ kind: 'persist', record: { table: 'droppedResults', assignment: vote.id } })
    const providers = decision.agreeing.map((vote) => vote.provider)
    settleUnit(state, job, unit.index, providers, nowMs, effects)
    close(state, job, unit, { verdict: 'accepted', canonical: decision.canonical.id }, nowMs, effects)
    for (const provider of providers) sendAccount(state, provider, effects)
    return
  }
  unit.missing = decision.missing
  if (decision.disputed && !unit.disputed) {
    unit.disputed = true
    job.disputeCount += 1
  }
  reconsider(state, job, unit, nowMs, effects)
}

/** Refuses one result: it earns nothing, and its provider does not get the unit again. */
export function refuse(
  state: State,
  job: Job,
  unit: OpenUnit,
  assignment: Assignment,
  reason: RefusalReason,
  effects: Effect[],
): void {
  countRefusal(state, job, assignment.provider)
  unit.barred.add(assignment.provider)
  if (assignment.state === 'revealed')
    effects.push({ kind: 'persist', record: { table: 'droppedResults', assignment: assignment.id } })
  endWith(state, unit, assignment, 'refused', reason, effects)
  // An earlier attempt that expired must not become a second vote.
  for (const other of [...unit.assignments.values()])
    if (other.provider === assignment.provider) endWith(state, unit, other, 'cancelled', undefined, effects)
}

/** Votes that contradict each other are held against their providers; a vote that met no other is not. */
function giveUp(state: State, job: Job, unit: OpenUnit, nowMs: number, effects: Effect[]): void {
  if (unit.disputed)
    for (const assignment of [...unit.assignments.values()])
      if (assignment.state === 'revealed') refuse(state, job, unit, assignment, 'resultDisagrees', effects)
  close(state, job, unit, { verdict: 'failed', canonical: undefined }, nowMs, effects)
}

function close(
  state: State,
  job: Job,
  unit: OpenUnit,
  end: { verdict: 'accepted' | 'failed'; canonical: RevealedAssignment['id'] | undefined },
  nowMs: number,
  effects: Effect[],
): void {
  for (const rest of [...unit.assignments.values()])
    endWith(state, unit, rest, 'cancelled', undefined, effects)
  assert(unit.assignments.size === 0, 'a decided unit has no assignment left')
  job.open.delete(unit.index)
  job.wanting.delete(unit.index)
  const leasedAtMs = unit.firstLeasedAtMs ?? nowMs
  const committedAtMs = unit.firstCommittedAtMs ?? nowMs
  const times = {
    queueMs: leasedAtMs - (job.startedAtMs ?? leasedAtMs),
    runMs: committedAtMs - leasedAtMs,
    verifyMs: nowMs - committedAtMs,
  }
  if (end.verdict === 'accepted') {
    job.timesMs.queue += times.queueMs
    job.timesMs.run += times.runMs
    job.timesMs.verify += times.verifyMs
  }
  effects.push({
    kind: 'persist',
    record: {
      table: 'units',
      row: { job: job.terms.id, unit: unit.index, ...end, disputed: unit.disputed, ...times },
    },
  })
  setCondition(job, unit.index, end.verdict, effects)
  finishIfDecided(job, nowMs, effects)
}

/** Ends an assignment and tells its provider. */
export function endWith(
  state: State,
  unit: OpenUnit,
  assignment: Assignment,
  outcome: Extract<AssignmentRow['state'], 'accepted' | 'refused' | 'cancelled'>,
  reason: RefusalReason | undefined,
  effects: Effect[],
): void {
  endAssignment(state, unit, assignment, { state: outcome, reason }, effects)
  const session = state.providers.get(assignment.provider)?.session
  if (session === undefined) return
  effects.push({
    kind: 'send',
    session,
    message: { type: 'verdict', assignment: assignment.id, outcome, ...(reason && { reason }) },
  })
}
