import { unreachable } from '#protocol/assert.ts'
import { seeClaim } from './claims-seen.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { fundJob, submitJob } from './jobs.ts'
import { controlJob } from './job-control.ts'
import { expireOverdue, renewLease } from './leases.ts'
import {
  endSession,
  hearProvider,
  joinProvider,
  stateCapacity,
  stateOffer,
  suspectProvider,
  vanishSilent,
} from './providers.ts'
import { takeCommitment, takeHandBack, takeReveal } from './results.ts'
import { assignWork } from './scheduler.ts'
import {
  awaitActivation,
  driveChain,
  recordAttestation,
  recordClaims,
  recordEpoch,
  recordPreparation,
  retryChainLater,
  stopEpoch,
} from './settlement.ts'
import type { State } from './state.ts'
import { designateLeftOver } from './trust/designation.ts'
import { askLeftOver } from './trust/checks.ts'
import { publishRound } from './trust/draws.ts'
import { wakeStalled } from './trust/contests.ts'
import { hearAll } from './trust/disputes.ts'
import { passOnIdleDuties } from './trust/duties.ts'
import { sendSpots } from './trust/spot-checks.ts'
import { auditFetched, settleTails } from './trust/tails.ts'
import { linkWallet, takeDueLinks } from './wallets.ts'

/**
 * The coordinator's whole behaviour: what follows from an event, at a time, in a state it owns and changes.
 * No clock, no socket, no randomness. `nowMs` never goes back between two calls.
 *
 * @returns orders for the edge, in the order in which they must take effect.
 */
export function step(state: State, event: Event, nowMs: number): Effect[] {
  const effects: Effect[] = []
  react(state, event, nowMs, effects)
  assignWork(state, nowMs, event.kind === 'timePassed', effects)
  return effects
}

function react(state: State, event: Event, nowMs: number, effects: Effect[]): void {
  switch (event.kind) {
    case 'timePassed':
      vanishSilent(state, nowMs, effects)
      expireOverdue(state, nowMs, effects)
      passOnIdleDuties(state, nowMs, effects)
      designateLeftOver(state, nowMs, effects)
      askLeftOver(state, nowMs, effects)
      hearAll(state, nowMs, effects)
      wakeStalled(state)
      sendSpots(state, nowMs)
      settleTails(state, nowMs, effects)
      takeDueLinks(state, nowMs, effects)
      driveChain(state, nowMs, effects)
      return
    case 'jobSubmitted':
      submitJob(state, event.terms, nowMs, effects)
      return
    case 'jobFunded':
      fundJob(state, event.job, event.fundedWei, nowMs, effects)
      return
    case 'providerJoined':
      joinProvider(state, event, nowMs, effects)
      designateLeftOver(state, nowMs, effects)
      askLeftOver(state, nowMs, effects)
      return
    case 'providerHeard':
      hearProvider(state, event.session, nowMs)
      return
    case 'capacityStated':
      stateCapacity(state, event, nowMs)
      return
    case 'offerStated':
      stateOffer(state, event, nowMs)
      return
    case 'renewalAsked':
      renewLease(state, event.session, event.assignment, nowMs, effects)
      return
    case 'jobControlled':
      controlJob(state, event.job, event.action, nowMs, effects)
      return
    case 'beaconPublished':
      publishRound(state, event.round, event.value, nowMs, effects)
      designateLeftOver(state, nowMs, effects)
      askLeftOver(state, nowMs, effects)
      sendSpots(state, nowMs)
      return
    case 'resultFetched':
      auditFetched(state, event.assignment, event.result, nowMs, effects)
      return
    case 'providerSuspected':
      suspectProvider(state, event.session, nowMs)
      return
    case 'sessionEnded':
      endSession(state, event.session, nowMs, effects)
      return
    case 'resultCommitted':
      takeCommitment(state, event, nowMs, effects)
      return
    case 'resultRevealed':
      takeReveal(state, event, nowMs, effects)
      return
    case 'unitHandedBack':
      takeHandBack(state, event, nowMs, effects)
      return
    case 'epochPrepared':
      recordPreparation(state, event, effects)
      return
    case 'epochAttested':
      recordAttestation(state, event, effects)
      return
    case 'epochPending':
      awaitActivation(state, event, nowMs)
      return
    case 'epochStopped':
      stopEpoch(state, event.epoch, nowMs, effects)
      return
    case 'epochPosted':
      recordEpoch(state, event.epoch, event.transaction, nowMs, effects)
      return
    case 'claimsPaid':
      recordClaims(state, event.paid, event.transaction, nowMs, effects)
      return
    case 'claimSeen':
      seeClaim(state, event, effects)
      return
    case 'walletLinked':
      linkWallet(state, event, nowMs, effects)
      return
    case 'chainFailed':
      retryChainLater(state, nowMs)
      return
    default:
      unreachable(event)
  }
}
