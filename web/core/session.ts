import { unreachable } from '#protocol/assert.ts'
import { protocolVersion } from '#protocol/limits.ts'
import type { RefusalReason } from '#protocol/refusal.ts'
import { backoffMs, linkBackoff } from './backoff.ts'
import type { LossReason, StopReason } from './contributor-view.ts'
import type { Moment, Session, SessionEffect, SessionEvent } from './session-state.ts'
import { askWhenDue, failToMeasure, findGpu, haltOnHang, loseGpu, missGpu, probeGpu } from './session-gpu.ts'
import { renewLeases, takeRenewal } from './session-leases.ts'
import { dropLink } from './session-link.ts'
import { answerChallenge, askForOffer, stateOffer, takeOffer } from './session-offer.ts'
import {
  deliver,
  failUnit,
  handBack,
  orderOf,
  startQueued,
  stateCapacity,
  takeOrder,
  takeResult,
} from './session-units.ts'

/** How long a link may take to open before the coordinator counts as unreachable. */
const connectingMsMax = 30_000
/** A link that breaks sooner than this after the welcome goes on with the growing waits instead of the first one. */
const steadyAfterMs = 10_000
/** How long the greeting may take on an open link. */
const greetingMsMax = 15_000
/** How long a session that is ending waits for verdicts on results it has revealed, and for the sums after them. */
const verdictWaitMs = 10_000
/** Never more often than this, whatever the coordinator asks for. */
const heartbeatMsMin = 250

/**
 * Decides what a provider's session does next: changes the session and returns the orders for the edge, to be
 * carried out in sequence. Every step ends by settling what is due, so an event only says what has happened.
 */
export function step(session: Session, event: SessionEvent, at: Moment): SessionEffect[] {
  if (session.phase.kind === 'stopped') return []
  const effects: SessionEffect[] = []
  apply(session, event, at, effects)
  settle(session, at, effects)
  return effects
}

function apply(session: Session, event: SessionEvent, at: Moment, effects: SessionEffect[]): void {
  switch (event.type) {
    case 'startAsked':
      if (session.phase.kind === 'idle') connect(session, 0, at, effects)
      return
    case 'stopAsked':
      if (event.when === 'now' || session.phase.kind === 'halted') stop(session, 'byUser', effects)
      else session.ending ??= { reason: 'byUser', verdictsUntilMs: undefined }
      return
    case 'linkOpened':
      if (session.phase.kind === 'connecting')
        session.phase = {
          kind: 'greeting',
          attempt: session.phase.attempt,
          deadlineMs: at.nowMs + greetingMsMax,
          challenge: undefined,
        }
      return
    case 'linkLost':
      loseLink(session, event.reason, at, effects)
      return
    case 'messageReceived':
      receive(session, event, at, effects)
      return
    case 'unitComputed':
      takeResult(session, event, at)
      return
    case 'unitFailed':
      if (event.failure === 'kernelHung') haltOnHang(session, event.assignment, at, effects)
      else failUnit(session, event.assignment, event.failure, at)
      return
    case 'gpuLost':
      loseGpu(session, event.assignment, at, effects)
      return
    case 'gpuMissing':
      missGpu(session, event.assignment, at, effects)
      return
    case 'gpuProbed':
      if (session.phase.kind !== 'probingGpu') return
      findGpu(session, event.found, at, effects)
      // Without a GPU there may still be results to deliver.
      if (event.found || (session.ending && session.held.size > 0)) connect(session, 0, at, effects)
      return
    case 'offerMade':
      takeOffer(session, event.offer, effects)
      return
    case 'offerFailed':
      failToMeasure(session, at, effects)
      return
    case 'resumeAsked':
      if (session.phase.kind === 'halted')
        probeGpu(session, Math.max(at.nowMs, session.phase.destroyedAtMs), at, effects)
      return
    case 'timePassed':
      passTime(session, at, effects)
      return
    default:
      unreachable(event)
  }
}

function connect(session: Session, attempt: number, at: Moment, effects: SessionEffect[]): void {
  session.phase = { kind: 'connecting', attempt, deadlineMs: at.nowMs + connectingMsMax }
  effects.push({ type: 'openLink' })
  askForOffer(session, effects)
}

function passTime(session: Session, at: Moment, effects: SessionEffect[]): void {
  const { phase } = session
  if (phase.kind === 'connecting' && at.nowMs >= phase.deadlineMs)
    loseLink(session, 'coordinatorUnreachable', at, effects)
  else if (phase.kind === 'greeting' && at.nowMs >= phase.deadlineMs)
    loseLink(session, 'connectionLost', at, effects)
  // A GPU that does not even answer whether it is there works on something that does not end.
  else if (phase.kind === 'probingGpu' && at.nowMs >= phase.deadlineMs) stop(session, 'gpuStuck', effects)
  else if (phase.kind === 'probingGpu') askWhenDue(session, at, effects)
  else if (phase.kind === 'backingOff' && at.nowMs >= phase.retryAtMs) {
    if (phase.reason === 'gpuLost') probeGpu(session, at.nowMs, at, effects)
    else connect(session, phase.attempt, at, effects)
  }
}

function receive(
  session: Session,
  { message, payload }: Extract<SessionEvent, { type: 'messageReceived' }>,
  at: Moment,
  effects: SessionEffect[],
): void {
  switch (message.type) {
    case 'challenge':
      if (session.phase.kind !== 'greeting') return
      if (message.version !== protocolVersion) stop(session, 'refusedByCoordinator', effects)
      else {
        session.phase.challenge = message
        answerChallenge(session, effects)
      }
      return
    case 'welcome':
      if (session.phase.kind === 'greeting') {
        const heartbeatMs = Math.max(message.heartbeatMs, heartbeatMsMin)
        session.phase = {
          kind: 'ready',
          attempt: session.phase.attempt,
          steadyAtMs: at.nowMs + steadyAfterMs,
          heartbeatMs,
          heartbeatAtMs: at.nowMs + heartbeatMs,
        }
      }
      return
    case 'assign':
      if (session.phase.kind === 'ready') takeOrder(session, orderOf(message, payload), at, effects)
      return
    case 'renewed':
      takeRenewal(session, message, at)
      return
    case 'receipt': {
      const held = session.held.get(message.assignment)
      if (held?.kind === 'computed' && held.proof.commitment === message.commitment)
        session.held.set(message.assignment, { ...held, kind: 'receipted', sent: false })
      return
    }
    case 'verdict':
      if (!session.held.delete(message.assignment)) return
      if (message.outcome === 'cancelled') return
      session.counts[message.outcome] += 1
      if (message.outcome !== 'refused') session.sumsBehind = true
      return
    case 'account':
      session.sumsBehind = false
      session.sums = {
        pendingWei: message.pendingWei,
        earnedWei: message.earnedWei,
        claimableWei: message.claimableWei,
        claimedWei: message.claimedWei,
      }
      return
    case 'refuse':
      if (message.assignment === undefined) takeRefusal(session, message.reason, at, effects)
      // Not a verdict: it may have been decided while this tab was away, and then the sums tell.
      else session.held.delete(message.assignment)
      return
    default:
      unreachable(message)
  }
}

function takeRefusal(session: Session, reason: RefusalReason, at: Moment, effects: SessionEffect[]): void {
  switch (reason) {
    case 'replacedByNewSession':
      stop(session, 'replacedByNewSession', effects)
      return
    case 'unsupportedVersion':
    case 'badSignature':
    case 'unauthorised':
    case 'malformed':
    case 'tooLarge':
      stop(session, 'refusedByCoordinator', effects)
      return
    case 'draining':
      loseLink(session, 'coordinatorUnreachable', at, effects)
      return
    // About work, not about the session: the coordinator says no more than that there is nothing to do.
    case 'noWorkForYou':
    case 'notFound':
    case 'manifestInvalid':
    case 'expressionInvalid':
    case 'listInvalid':
    case 'kernelInvalid':
    case 'kernelEndless':
    case 'kernelRacy':
    case 'kernelTooHeavy':
    case 'notPortable':
    case 'blobMissing':
    case 'blobCorrupt':
    case 'priceInvalid':
    case 'budgetTooSmall':
    case 'tooManyJobs':
    case 'leaseExpired':
    case 'wrongState':
    case 'commitmentMismatch':
    case 'resultSizeWrong':
    case 'resultUnwritten':
    case 'resultNotFinite':
    case 'resultDisagrees':
    case 'recalled':
    case 'jobUnrunnable':
    case 'deadlinePassed':
      return
    default:
      unreachable(reason)
  }
}

function loseLink(session: Session, reason: LossReason, at: Moment, effects: SessionEffect[]): void {
  const { phase } = session
  if (phase.kind !== 'connecting' && phase.kind !== 'greeting' && phase.kind !== 'ready') return
  const steady = phase.kind === 'ready' && at.nowMs >= phase.steadyAtMs
  const attempt = steady ? 1 : phase.attempt + 1
  const retryAtMs = at.nowMs + backoffMs(linkBackoff, attempt, at.jitter)
  dropLink(session, effects)
  session.phase = { kind: 'backingOff', attempt, retryAtMs, reason }
}

/** Ends the session at once: what is not computed goes back to the coordinator, and nothing is kept. */
function stop(session: Session, reason: StopReason, effects: SessionEffect[]): void {
  const { phase } = session
  if (phase.kind === 'ready' && reason !== 'replacedByNewSession') {
    for (const held of session.held.values())
      if (held.kind === 'queued' || held.kind === 'computing' || held.kind === 'failed')
        effects.push(handBack(held.order, held.kind === 'failed' ? held.reason : 'stopping'))
    effects.push({ type: 'send', header: { type: 'leave' } })
  }
  if (phase.kind === 'connecting' || phase.kind === 'greeting' || phase.kind === 'ready')
    effects.push({ type: 'closeLink' })
  session.held.clear()
  session.phase = { kind: 'stopped', reason }
}

function settle(session: Session, at: Moment, effects: SessionEffect[]): void {
  deliver(session, at, effects)
  renewLeases(session, at, effects)
  startQueued(session, effects)
  stateCapacity(session, effects)
  stateOffer(session, effects)
  endWhenDelivered(session, at, effects)
}

/** Ends an ending session once every result is revealed and judged, or has waited long enough for its verdict. */
function endWhenDelivered(session: Session, at: Moment, effects: SessionEffect[]): void {
  const { ending } = session
  if (!ending || session.phase.kind === 'stopped') return
  let waiting = session.sumsBehind
  for (const held of session.held.values()) {
    if (held.kind !== 'receipted' || !held.sent) {
      ending.verdictsUntilMs = undefined
      return
    }
    waiting = true
  }
  if (waiting) ending.verdictsUntilMs ??= at.nowMs + verdictWaitMs
  if (!waiting || at.nowMs >= (ending.verdictsUntilMs ?? 0)) stop(session, ending.reason, effects)
}
