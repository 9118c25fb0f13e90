import type { Hex } from '#protocol/bytes.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import { inspectResult } from './comparators.ts'
import type { Effect } from './effects.ts'
import { endWith, refuse } from './endings.ts'
import type { Event } from './events.ts'
import { keepAway } from './keep-away.ts'
import { speakerOf } from './providers.ts'
import { learnUnitTime } from './market/forecast.ts'
import type { Job, SessionId, State } from './state.ts'
import type { Assignment, OpenUnit } from './unit-state.ts'
import { cancelTwins } from './stragglers.ts'
import { redesignate } from './trust/designation.ts'
import { nameRound } from './trust/draws.ts'
import { dropErrand, takeErrand } from './trust/errands.ts'
import { endAssignment, isAudited, placeOf, refreshOpenUnit, replaceAssignment, termsOf } from './units.ts'
import { judge, reconsider } from './verdicts.ts'

interface Spoken {
  readonly assignment: Assignment
  readonly job: Job
  /** Undefined for an errand. */
  readonly unit: OpenUnit | undefined
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
  if (unit && !mayCommit(state, event.session, { assignment, job, unit }, effects)) return
  const { provider } = assignment
  learnFrom(state, job, assignment, nowMs)
  const deadlineMs = nowMs + state.durations.revealMs
  const committed = {
    ...termsOf(assignment),
    state: 'committed',
    commitment: event.commitment,
    deadlineMs,
  } as const
  replaceAssignment(state, unit, committed, effects)
  if (former === undefined) witnessCommitment(job, committed, event.signature, effects)
  effects.push(receipt)
  if (!unit) return
  unit.barred.add(provider)
  unit.firstCommittedAtMs ??= nowMs
  cancelTwins(state, job, unit, committed, effects)
  refreshOpenUnit(job, unit, effects)
}

/** The signature goes into the public log. */
function witnessCommitment(
  job: Job,
  { id, unit, provider, errand, commitment }: Extract<Assignment, { state: 'committed' }>,
  signature: Hex | undefined,
  effects: Effect[],
): void {
  if (signature === undefined) return
  const bundle = errand?.kind === 'spots' ? job.spots.bundles.get(errand.number) : undefined
  const spots = bundle?.spots.map((one): [number, number] => [one.unit, one.spot]) ?? []
  const task = errand && (errand.kind === 'spots' ? { kind: errand.kind, spots } : { kind: errand.kind })
  const row = { assignment: id, job: job.terms.id, unit, provider, task, commitment, signature }
  effects.push({ kind: 'persist', record: { table: 'commitments', row } })
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
  const { provider, commitment } = assignment
  const resultDigest = resultDigestOf(event.result)
  const bound = commitmentOf({
    chainId: event.chainId,
    job: job.terms.id,
    unit: assignment.unit,
    provider,
    resultDigest,
    nonce: event.nonce,
  })
  const matches = bound === commitment
  const shown = { assignment: assignment.id, resultDigest, nonce: event.nonce }
  const witnessReveal = (round: number | undefined) => {
    effects.push({ kind: 'persist', record: { table: 'reveals', row: { ...shown, round } } })
  }
  if (!unit) {
    if (matches) witnessReveal(undefined)
    const answer = matches ? event.result : undefined
    for (const open of takeErrand(state, job, assignment, answer, nowMs, effects))
      if (open.job.open.get(open.unit.index) === open.unit) judge(state, open.job, open.unit, nowMs, effects)
    return
  }
  if (!mayCommit(state, event.session, { assignment, job, unit }, effects)) return
  const fault = matches
    ? inspectResult(event.result, job.terms.resultPartsOf(unit.index))
    : 'commitmentMismatch'
  if (fault) {
    if (matches) witnessReveal(undefined)
    refuse(state, job, unit, assignment, fault, effects)
    if (unit.designated === provider) redesignate(state, job, unit, nowMs, effects)
    reconsider(state, job, unit, nowMs, effects)
    return
  }
  const drawRound = nameRound(state, nowMs)
  witnessReveal(drawRound)
  const revealed = {
    ...termsOf(assignment),
    state: 'revealed',
    commitment,
    drawRound,
    result: event.result,
    resultDigest,
  } as const
  replaceAssignment(state, unit, revealed, effects)
  unit.barred.add(provider)
  effects.push({
    kind: 'persist',
    record: {
      table: 'results',
      row: { assignment: assignment.id, job: job.terms.id, unit: unit.index, bytes: event.result },
    },
  })
  unit.directed = false
  unit.designated = undefined
  judge(state, job, unit, nowMs, effects)
  // A late reveal comes without a commitment that would have ended the leases it makes needless.
  if (job.open.get(unit.index) === unit) cancelTwins(state, job, unit, revealed, effects)
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
  const speaker = state.providers.get(provider)
  if (speaker) speaker.coolDownUntilMs = nowMs + restMsAfter(event.reason, state)
  if (!unit) {
    const tried = assignment.errand?.kind === 'check' ? job.open.get(assignment.unit) : undefined
    // The verify kernel is the requester's too: where it cannot be run, or hangs, that says what it says of any kernel.
    if (tried) keepAway(job, tried, provider, event.reason)
    dropErrand(state, job, assignment, { state: 'handedBack', reason: event.reason }, nowMs, effects)
    if (tried && job.open.get(assignment.unit) === tried) reconsider(state, job, tried, nowMs, effects)
    return
  }
  endAssignment(state, unit, assignment, { state: 'handedBack', reason: event.reason }, effects)
  // An expired attempt bars nobody: if its provider is barred, it holds the unit anew or has voted on it.
  if (assignment.state !== 'expired') unit.barred.delete(provider)
  keepAway(job, unit, provider, event.reason)
  if (unit.designated === provider) redesignate(state, job, unit, nowMs, effects)
  reconsider(state, job, unit, nowMs, effects)
}

/** Whoever stops wants nothing more in this session; who lacks something is fit for other jobs; other trouble may pass. */
function restMsAfter(reason: HandBackReason, { durations }: State): number {
  if (reason === 'stopping') return Infinity
  return reason === 'notCapable' ? 0 : durations.coolDownMs
}

/**
 * A late result counts while its unit is open, but a provider has one vote in a unit: if it was given the same unit again,
 * the newer lease gives way to the work already done, and a newer commitment does not: then the late one is refused, and
 * false returned. In an audited job it counts only while there is no other result: a pair of providers that let leases
 * expire for each other could otherwise vouch for each other without the beacon's choice.
 */
function mayCommit(
  state: State,
  session: SessionId,
  { assignment, job, unit }: Required<Spoken> & { readonly unit: OpenUnit },
  effects: Effect[],
): boolean {
  if (assignment.state !== 'expired') return true
  const others = [...unit.assignments.values()].filter((other) => other.id !== assignment.id)
  const rival = others.find((other) => other.provider === assignment.provider && other.state !== 'expired')
  const isLate =
    isAudited(job) &&
    unit.designated !== assignment.provider &&
    others.some((other) => other.state === 'committed' || other.state === 'revealed')
  if (isLate || (rival && rival.state !== 'leased')) {
    refuseMessage(session, assignment.id, 'leaseExpired', 'There is another result for this unit.', effects)
    return false
  }
  if (rival) endWith(state, unit, rival, 'cancelled', undefined, effects)
  return true
}

/** How long units of the job take: since the lease, or since the provider's last result if it had another to compute first. */
function learnFrom(
  state: State,
  job: Job,
  { state: was, provider: id, leasedAtMs, errand }: Assignment,
  nowMs: number,
): void {
  const provider = state.providers.get(id)
  if (!provider) return
  const beganMs = Math.max(leasedAtMs, provider.lastCommitAtMs ?? 0)
  provider.lastCommitAtMs = nowMs
  provider.cached.add(job.terms.id)
  if (was === 'leased' && errand === undefined) learnUnitTime(job, provider, nowMs - beganMs)
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
