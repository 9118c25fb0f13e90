import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import type { FromCoordinator, FromProvider, HandBackReason } from '#protocol/messages.ts'
import type { Offer } from '#protocol/offer.ts'
import type { SessionKey } from '#protocol/session-key.ts'
import type { HaltReason, LossReason, StopReason } from './contributor-view.ts'
import { healthyGpu, type GpuRecord } from './device-loss.ts'
import type { Incident, UnitFailure } from './incident.ts'

/** Where the session stands with the coordinator. */
export type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: number; readonly deadlineMs: number }
  | {
      readonly kind: 'greeting'
      readonly attempt: number
      readonly deadlineMs: number
      /** Unanswered while the offer is not known. */
      challenge: Challenge | undefined
    }
  | {
      readonly kind: 'ready'
      readonly attempt: number
      readonly steadyAtMs: number
      readonly heartbeatMs: number
      heartbeatAtMs: number
    }
  | {
      readonly kind: 'backingOff'
      readonly attempt: number
      readonly retryAtMs: number
      readonly reason: LossReason
    }
  /** After a wait or a halt: is there a GPU again? */
  | { readonly kind: 'probingGpu'; readonly askAtMs: number; readonly deadlineMs: number; asked: boolean }
  | { readonly kind: 'halted'; readonly reason: HaltReason; readonly destroyedAtMs: number }
  | { readonly kind: 'stopped'; readonly reason: StopReason }

export type Challenge = Extract<FromCoordinator, { type: 'challenge' }>
export type UnitOrder = Extract<FromCoordinator, { type: 'assign' }> & {
  /** The result that a task of kind `check` is about. */
  readonly candidate?: Uint8Array<ArrayBuffer> | undefined
}

/** What binds this provider to a result, and the result itself. */
export interface Proof {
  readonly result: Uint8Array
  readonly nonce: Hex
  readonly commitment: Hex
  readonly signature: Hex
}

/**
 * One assignment, from its order to its verdict. `sent`: whether its next message has gone out on the *present*
 * connection; losing a connection resets it, so that sending again needs no path of its own.
 *
 *     queued ─▶ computing ─▶ computed ──receipt──▶ receipted ──verdict──▶ (let go)
 *                   └──────▶ failed ──handed back──▶ (let go)
 */
export type Held =
  | {
      readonly kind: 'queued' | 'computing'
      readonly order: UnitOrder
      /** When to ask for a longer lease; undefined: asked already, or there is none on this connection. */
      renewAtMs: number | undefined
    }
  | {
      readonly kind: 'failed'
      readonly order: UnitOrder
      readonly reason: HandBackReason
      readonly handBackAtMs: number
    }
  | { readonly kind: 'computed'; readonly order: UnitOrder; readonly proof: Proof; sent: boolean }
  | { readonly kind: 'receipted'; readonly order: UnitOrder; readonly proof: Proof; sent: boolean }

export interface SessionSettings {
  readonly key: SessionKey
  /** Units that the runner computes side by side. */
  readonly lanes: number
}

/** What the account has earned, by stage; never merged. */
export interface Sums {
  readonly pendingWei: bigint
  readonly earnedWei: bigint
  readonly claimableWei: bigint
  readonly claimedWei: bigint
}

/** The whole state of a provider's session. Only `step` changes it. */
export interface Session {
  readonly settings: SessionSettings
  phase: Phase
  /** Set when the session is to end once nothing computed is left to deliver. */
  ending: { readonly reason: StopReason; verdictsUntilMs: number | undefined } | undefined
  chainId: number
  /** Time from one result to the next lately. */
  unitMs: number | undefined
  lastResultAtMs: number | undefined
  /** What the coordinator was told last. */
  capacityStated: number
  /** What this device has and its contributor wants; undefined until it is measured. */
  offer: Offer | undefined
  offerAsked: boolean
  /** What the coordinator was told last over this link. */
  offerStated: Offer | undefined
  readonly held: Map<AssignmentId, Held>
  /** Units of a job in a row that failed here: a device that cannot run a kernel must not spin through its job. */
  readonly failuresInARow: Map<JobId, number>
  /** Jobs with a unit that did not end here: none of their units is run again. */
  readonly hungJobs: Set<JobId>
  gpu: GpuRecord
  incidents: readonly Incident[]
  readonly counts: { computed: number; accepted: number; provisional: number; refused: number }
  /** Whether an accepted unit is still missing in the sums. */
  sumsBehind: boolean
  sums: Sums
}

export type SessionEvent =
  | { readonly type: 'startAsked' }
  | { readonly type: 'stopAsked'; readonly when: 'now' | 'afterUnit' }
  | { readonly type: 'linkOpened' }
  | { readonly type: 'linkLost'; readonly reason: LossReason }
  | {
      readonly type: 'messageReceived'
      readonly message: FromCoordinator
      readonly payload?: Uint8Array<ArrayBuffer>
    }
  | {
      readonly type: 'unitComputed'
      readonly assignment: AssignmentId
      readonly result: Uint8Array
      /** SHA-256 of the result. */
      readonly resultDigest: Hex
      /** 32 random bytes. */
      readonly nonce: Hex
    }
  | { readonly type: 'unitFailed'; readonly assignment: AssignmentId; readonly failure: UnitFailure }
  /** A unit's device was lost, or there was no adapter to make one from. */
  | { readonly type: 'gpuLost' | 'gpuMissing'; readonly assignment: AssignmentId }
  | { readonly type: 'gpuProbed'; readonly found: boolean }
  /** What this device has or its contributor wants is known, or has changed. */
  | { readonly type: 'offerMade'; readonly offer: Offer }
  /** The GPU could not be measured. */
  | { readonly type: 'offerFailed' }
  | { readonly type: 'resumeAsked' }
  | { readonly type: 'timePassed' }

export type SessionEffect =
  | { readonly type: 'openLink' }
  /** Whatever was sent before this must still go out. */
  | { readonly type: 'closeLink' }
  | { readonly type: 'send'; readonly header: FromProvider; readonly payload?: Uint8Array }
  | { readonly type: 'compute'; readonly order: UnitOrder }
  /** Answered by `gpuProbed`. */
  | { readonly type: 'probeGpu' }
  /** Answered by `offerMade` or `offerFailed`. */
  | { readonly type: 'makeOffer' }

/** When a step happens, and the randomness it may use: from 0 (inclusive) to 1 (exclusive). */
export interface Moment {
  readonly nowMs: number
  readonly jitter: number
}

export function createSession(settings: SessionSettings): Session {
  return {
    settings,
    phase: { kind: 'idle' },
    unitMs: undefined,
    lastResultAtMs: undefined,
    capacityStated: 0,
    offer: undefined,
    offerAsked: false,
    offerStated: undefined,
    ending: undefined,
    chainId: 0,
    held: new Map(),
    failuresInARow: new Map(),
    hungJobs: new Set(),
    gpu: healthyGpu,
    incidents: [],
    counts: { computed: 0, accepted: 0, provisional: 0, refused: 0 },
    sumsBehind: false,
    sums: { pendingWei: 0n, earnedWei: 0n, claimableWei: 0n, claimedWei: 0n },
  }
}
