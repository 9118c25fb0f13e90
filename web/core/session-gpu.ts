import { unreachable } from '#protocol/assert.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import type { HandBackReason } from '#protocol/messages.ts'
import { noteFound, noteLoss, noteMissing, type GpuVerdict } from './device-loss.ts'
import { withIncident } from './incident.ts'
import { dropLink } from './session-link.ts'
import { askForOffer } from './session-offer.ts'
import type { Held, Moment, Session, SessionEffect } from './session-state.ts'
import { deliver, giveUp } from './session-units.ts'

/** What happens when the GPU is lost, missing, found again, or stuck with a kernel that does not end. */

/** How long a GPU may take to say whether it is there. */
const probeMsMax = 15_000
/** When the device of a hung kernel is destroyed for certain: only what the GPU says after that counts. */
const destroyedAfterMs = 3_000

/** The units on the GPU are gone; those that wait for it, and results that were computed, are not. */
export function loseGpu(
  session: Session,
  assignment: AssignmentId,
  at: Moment,
  effects: SessionEffect[],
): void {
  // Every unit that was in flight reports the one loss.
  if (session.held.get(assignment)?.kind !== 'computing') return
  session.incidents = withIncident(session.incidents, 'gpuLost')
  giveUpAll(session, 'deviceLost', at, (held) => held.kind === 'computing')
  const { record, verdict } = noteLoss(session.gpu, at.nowMs)
  session.gpu = record
  obey(session, verdict, at, effects)
}

/** A unit could not begin, because there is no adapter. */
export function missGpu(
  session: Session,
  assignment: AssignmentId,
  at: Moment,
  effects: SessionEffect[],
): void {
  if (session.held.get(assignment)?.kind !== 'computing') return
  giveUpAll(session, 'deviceLost', at, (held) => held.kind === 'computing')
  const { record, verdict } = noteMissing(session.gpu)
  session.gpu = record
  obey(session, verdict, at, effects)
}

/** The GPU could not be measured: as good as lost, though no unit is on it. */
export function failToMeasure(session: Session, at: Moment, effects: SessionEffect[]): void {
  session.offerAsked = false
  const { record, verdict } = noteLoss(session.gpu, at.nowMs)
  session.gpu = record
  if (verdict.kind === 'goOn') askForOffer(session, effects)
  else obey(session, verdict, at, effects)
}

/** Asks whether there is a GPU, at once or at `askAtMs`. */
export function probeGpu(session: Session, askAtMs: number, at: Moment, effects: SessionEffect[]): void {
  session.phase = { kind: 'probingGpu', askAtMs, deadlineMs: askAtMs + probeMsMax, asked: false }
  askWhenDue(session, at, effects)
}

export function askWhenDue(session: Session, at: Moment, effects: SessionEffect[]): void {
  const { phase } = session
  if (phase.kind !== 'probingGpu' || phase.asked || at.nowMs < phase.askAtMs) return
  phase.asked = true
  effects.push({ type: 'probeGpu' })
}

/** The answer to a probe. */
export function findGpu(session: Session, found: boolean, at: Moment, effects: SessionEffect[]): void {
  if (found) {
    session.gpu = noteFound(session.gpu)
    return
  }
  const { record, verdict } = noteMissing(session.gpu)
  session.gpu = record
  obey(session, verdict, at, effects)
}

function obey(session: Session, verdict: GpuVerdict, at: Moment, effects: SessionEffect[]): void {
  switch (verdict.kind) {
    case 'goOn':
      return
    case 'wait':
      rest(session, at, effects)
      session.phase = {
        kind: 'backingOff',
        attempt: session.gpu.waits,
        retryAtMs: at.nowMs + verdict.waitMs,
        reason: 'gpuLost',
      }
      return
    case 'giveUp':
      giveUpAll(session, 'deviceLost', at)
      session.ending = { reason: 'browserRestartNeeded', verdictsUntilMs: undefined }
      return
    default:
      unreachable(verdict)
  }
}

/**
 * A kernel that did not end. Everything is handed back at once, because once the device is destroyed the GPU may not
 * answer anybody any more; the job is not run here again; and what happens next is the contributor's to say.
 */
export function haltOnHang(
  session: Session,
  assignment: AssignmentId,
  at: Moment,
  effects: SessionEffect[],
): void {
  const hung = session.held.get(assignment)
  if (hung?.kind !== 'computing') return
  const { job } = hung.order
  session.incidents = withIncident(session.incidents, 'kernelHung')
  session.hungJobs.add(job)
  giveUpAll(session, 'kernelHung', at, (held) => held.order.job === job)
  giveUpAll(session, 'deviceLost', at)
  // Whoever wanted to stop anyway is not asked.
  if (session.ending) return
  rest(session, at, effects)
  session.phase = { kind: 'halted', reason: 'kernelHung', destroyedAtMs: at.nowMs + destroyedAfterMs }
}

/** Hands back and delivers what the link still carries, then lets go of it, so that no new units come. */
function rest(session: Session, at: Moment, effects: SessionEffect[]): void {
  giveUpAll(session, 'deviceLost', at)
  deliver(session, at, effects)
  const { kind } = session.phase
  if (kind === 'connecting' || kind === 'greeting' || kind === 'ready') dropLink(session, effects)
}

function giveUpAll(
  session: Session,
  reason: HandBackReason,
  at: Moment,
  which: (held: Held) => boolean = () => true,
): void {
  for (const held of session.held.values())
    if ((held.kind === 'queued' || held.kind === 'computing') && which(held))
      giveUp(session, held.order, reason, at.nowMs)
}
