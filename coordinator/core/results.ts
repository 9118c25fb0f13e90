import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import { inspectResult } from './comparators.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { keepAway } from './keep-away.ts'
import { speakerOf } from './providers.ts'
import type { Assignment, Job, OpenUnit, SessionId, State } from './state.ts'
import { endAssignment, placeOf, refreshOpenUnit, replaceAssignment } from './units.ts'
import { endWith, judge, reconsider, refuse } from './verdicts.ts'

interface Spoken {
  readonly assignment: Assignment
  readonly job: Job
  readonly unit: OpenUnit
}

/** A provider binds itself to a result. The receipt goes out only after the commitment is durable. */
export function takeCommitment(
  state: State,
  event: Extract<Event, { kind: 'resultCommitted' }>,
  nowMs: number,
  effects: Effect[],
): void {
  const spoken = spokenOf(state, event.session, event.assignment, nowMs, effects)
  if (!spoken) return
  const { assignment, job, unit } = spoken
  const former = assignment.state === 'leased' ? undefined : assignment.commitment
  if (former !== undefined && former !== event.commitment) {
    refuseMessage(
      event.session,
      event.assignment,
      'commitmentMismatch',
      'Another commitment was made before.',
      effects,
    )
    return
  }
  const receipt: Effect = {
    kind: 'send',
    session: event.session,
    message: { type: 'receipt', assignment: assignment.id, commitment: event.commitment },
  }
  if (assignment.state === 'revealed') {
    effects.push(receipt)
    return
  }
  if (!makeRoomForLate(state, event.session, spoken, effects)) return
  const { id, provider, leasedAtMs } = assignment
  const deadlineMs = nowMs + state.durations.revealMs
  replaceAssignment(
    state,
    unit,
    {
      id,
      job: job.terms.id,
      unit: unit.index,
      provider,
      leasedAtMs,
      state: 'committed',
      commitment: event.commitment,
      deadlineMs,
    },
    effects,
  )
  unit.barred.add(provider)
  unit.firstCommittedAtMs ??= nowMs
  refreshOpenUnit(job, unit, effects)
  effects.push(receipt)
}

/** A provider shows what it is bound to. It becomes a vote, or is refused for itself. */
export function takeReveal(
  state: State,
  event: Extract<Event, { kind: 'resultRevealed' }>,
  nowMs: number,
  effects: Effect[],
): void {
  const spoken = spokenOf(state, event.session, event.assignment, nowMs, effects)
  if (!spoken) return
  const { assignment, job, unit } = spoken
  if (assignment.state === 'revealed') return
  if (assignment.state === 'leased' || assignment.commitment === undefined) {
    refuseMessage(
      event.session,
      event.assignment,
      'wrongState',
      'Commit to the result before revealing it.',
      effects,
    )
    return
  }
  if (!makeRoomForLate(state, event.session, spoken, effects)) return
  const { id, provider, leasedAtMs, commitment } = assignment
  const resultDigest = resultDigestOf(event.result)
  const bound = commitmentOf({
    chainId: event.chainId,
    job: job.terms.id,
    unit: unit.index,
    provider,
    resultDigest,
    nonce: event.nonce,
  })
  const fault =
    bound === commitment
      ? inspectResult(event.result, job.terms.resultPartsOf(unit.index))
      : 'commitmentMismatch'
  if (fault) {
    refuse(state, job, unit, assignment, fault, effects)
    reconsider(state, job, unit, nowMs, effects)
    return
  }
  const revealed = {
    id,
    job: job.terms.id,
    unit: unit.index,
    provider,
    leasedAtMs,
    state: 'revealed',
    commitment,
    result: event.result,
    resultDigest,
  } as const
  replaceAssignment(state, unit, revealed, effects)
  unit.barred.add(provider)
  effects.push({
    kind: 'persist',
    record: {
      table: 'results',
      row: { assignment: id, job: job.terms.id, unit: unit.index, bytes: event.result },
    },
  })
  judge(state, job, unit, nowMs, effects)
}

/** A provider gives a unit back. Where the kernel failed, it does not get that unit again. */
export function takeHandBack(
  state: State,
  event: Extract<Event, { kind: 'unitHandedBack' }>,
  nowMs: number,
  effects: Effect[],
): void {
  const provider = speakerOf(state, event.session, nowMs)
  const assignment = state.assignments.get(event.assignment)
  if (!assignment || assignment.provider !== provider || assignment.state === 'revealed') return
  const { job, unit } = placeOf(state, assignment)
  endAssignment(state, unit, assignment, { state: 'handedBack', reason: event.reason }, effects)
  // An expired attempt bars nobody: if its provider is barred, it holds the unit anew or has voted on it.
  if (assignment.state !== 'expired') unit.barred.delete(provider)
  keepAway(job, unit, provider, event.reason)
  const speaker = state.providers.get(provider)
  if (speaker) speaker.coolDownUntilMs = nowMs + restMsAfter(event.reason, state)
  reconsider(state, job, unit, nowMs, effects)
}

/** Whoever stops wants nothing more in this session; who lacks something is fit for other jobs; other trouble may pass. */
function restMsAfter(reason: HandBackReason, { durations }: State): number {
  if (reason === 'stopping') return Infinity
  return reason === 'notCapable' ? 0 : durations.coolDownMs
}

/**
 * A late result counts while its unit is open, but a provider has one vote in a unit: if it was given the
 * same unit again, the newer lease gives way to the work already done, and a newer commitment does not:
 * then the late one is refused, and false returned.
 */
function makeRoomForLate(
  state: State,
  session: SessionId,
  { assignment, unit }: Spoken,
  effects: Effect[],
): boolean {
  if (assignment.state !== 'expired') return true
  const rival = [...unit.assignments.values()].find(
    (other) => other.provider === assignment.provider && other.state !== 'expired',
  )
  if (!rival) return true
  if (rival.state === 'leased') {
    endWith(state, unit, rival, 'cancelled', undefined, effects)
    return true
  }
  refuseMessage(session, assignment.id, 'leaseExpired', 'You have another result for this unit.', effects)
  return false
}

function spokenOf(
  state: State,
  session: SessionId,
  id: AssignmentId,
  nowMs: number,
  effects: Effect[],
): Spoken | undefined {
  const provider = speakerOf(state, session, nowMs)
  const assignment = state.assignments.get(id)
  if (provider === undefined) return undefined
  // Another's assignment is answered like an unknown one, so that ids tell a stranger nothing.
  if (assignment?.provider !== provider) {
    refuseMessage(
      session,
      id,
      'leaseExpired',
      'This unit has been decided or given to somebody else.',
      effects,
    )
    return undefined
  }
  return { assignment, ...placeOf(state, assignment) }
}

function refuseMessage(
  session: SessionId,
  assignment: AssignmentId,
  reason: RefusalReason,
  message: string,
  effects: Effect[],
): void {
  effects.push({ kind: 'send', session, message: { type: 'refuse', reason, message, assignment } })
}
