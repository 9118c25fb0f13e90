import { toHex } from '#protocol/bytes.ts'
import { resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import type { FromCoordinator, FromProvider } from '#protocol/messages.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { sessionKeyOf } from '#protocol/session-key.ts'
import type { UnitFailure } from '#web/core/incident.ts'
import { createSession, type SessionEffect, type SessionEvent } from '#web/core/session-state.ts'
import { sessionStateOf } from '#web/core/session-view.ts'
import { nextWakeMs } from '#web/core/session-wake.ts'
import { step } from '#web/core/session.ts'
import { anOffer } from '#test/network/an-offer.ts'

export const aKey = sessionKeyOf(new Uint8Array(32).fill(7))
export const aChallenge = toHex(new Uint8Array(32).fill(9))
export const aNonce = toHex(new Uint8Array(32).fill(5))
export const heartbeatMs = 1_000

export function assignmentOf(unit: number): AssignmentId {
  return `deadbeef/${unit}/0`
}

/** @param job tells jobs apart. */
export function anOrder(unit: number, job = 1): Extract<FromCoordinator, { type: 'assign' }> {
  return {
    type: 'assign',
    assignment: assignmentOf(unit),
    job: toHex(new Uint8Array(32).fill(job)),
    spec: `b${'a'.repeat(58)}`,
    requester: toHex(new Uint8Array(20).fill(2)),
    unit,
    payWei: 1n,
    leaseMs: 60_000,
  }
}

/** A session with a clock driven by hand and everything it ordered, in sequence. */
export class SessionWorld {
  readonly session = createSession({ key: aKey, lanes: 1 })
  readonly effects: SessionEffect[] = []
  nowMs = 1_000_000
  jitter = 0

  step(event: SessionEvent): SessionEffect[] {
    const effects = step(this.session, event, { nowMs: this.nowMs, jitter: this.jitter })
    checkInvariants(this)
    this.effects.push(...effects)
    return effects
  }

  hear(message: FromCoordinator): SessionEffect[] {
    return this.step({ type: 'messageReceived', message })
  }

  /** Lets time pass, waking the session exactly when it asks to be woken. */
  pass(durationMs: number): SessionEffect[] {
    const effects: SessionEffect[] = []
    const endMs = this.nowMs + durationMs
    for (let wakeMs = nextWakeMs(this.session); wakeMs !== undefined && wakeMs <= endMs;) {
      this.nowMs = Math.max(this.nowMs, wakeMs)
      effects.push(...this.step({ type: 'timePassed' }))
      wakeMs = nextWakeMs(this.session)
    }
    this.nowMs = endMs
    return effects
  }

  /** From a link that was ordered to a session that is welcome; measured on the way, if it was not before. */
  greet(): SessionEffect[] {
    if (!this.session.offer) this.step({ type: 'offerMade', offer: anOffer() })
    return [
      ...this.step({ type: 'linkOpened' }),
      ...this.hear({ type: 'challenge', challenge: aChallenge, chainId: 31337, version: protocolVersion }),
      ...this.hear({ type: 'welcome', heartbeatMs }),
    ]
  }

  start(): this {
    this.step({ type: 'startAsked' })
    this.greet()
    return this
  }

  compute(unit: number): SessionEffect[] {
    const result = Uint8Array.from([unit, 1, 2, 3])
    return this.step({
      type: 'unitComputed',
      assignment: assignmentOf(unit),
      result,
      resultDigest: resultDigestOf(result),
      nonce: aNonce,
    })
  }

  /** The receipt of the commitment that was sent last for the unit. */
  receipt(unit: number): SessionEffect[] {
    const commitment = sentBy(this.effects)
      .filter((header) => header.type === 'commit')
      .findLast((header) => header.assignment === assignmentOf(unit))?.commitment
    if (!commitment) throw new Error(`no commitment was sent for unit ${unit}`)
    return this.hear({ type: 'receipt', assignment: assignmentOf(unit), commitment })
  }

  fail(unit: number, failure: UnitFailure): SessionEffect[] {
    return this.step({ type: 'unitFailed', assignment: assignmentOf(unit), failure })
  }

  /** The device under a unit goes away. */
  loseGpu(unit: number): SessionEffect[] {
    return this.step({ type: 'gpuLost', assignment: assignmentOf(unit) })
  }

  accept(unit: number): SessionEffect[] {
    return this.hear({ type: 'verdict', assignment: assignmentOf(unit), outcome: 'accepted' })
  }

  account(): SessionEffect[] {
    return this.hear({
      type: 'account',
      accepted: 1,
      pendingWei: 1n,
      earnedWei: 2n,
      claimableWei: 3n,
      claimedWei: 4n,
    })
  }

  get state() {
    return sessionStateOf(this.session, this.nowMs)
  }
}

export function sentBy(effects: readonly SessionEffect[]): FromProvider[] {
  return effects.flatMap((effect) => (effect.type === 'send' ? [effect.header] : []))
}

/** Short names of what was ordered: `commit 3`, `compute 1`, `leave`, `openLink`. */
export function namesOf(effects: readonly SessionEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.type === 'compute') return `compute ${effect.order.unit}`
    if (effect.type !== 'send') return effect.type
    const { header } = effect
    return 'assignment' in header ? `${header.type} ${header.assignment.split('/')[1]}` : header.type
  })
}

/** What holds in every state. */
function checkInvariants({ session }: SessionWorld): void {
  const held = [...session.held.values()]
  const computing = held.filter((one) => one.kind === 'computing').length
  const facts: [string, boolean][] = [
    ['no more units compute than the capacity', computing <= limits.capacityMax],
    ['a stopped session holds nothing', session.phase.kind !== 'stopped' || held.length === 0],
    [
      'nothing counts as sent without a welcome',
      session.phase.kind === 'ready' || held.every((one) => !('sent' in one) || !one.sent),
    ],
    [
      'a lease is renewed on the connection over which it was given',
      session.phase.kind === 'ready' ||
        held.every((one) => !('renewAtMs' in one) || one.renewAtMs === undefined),
    ],
    [
      'every unit is held under its own name',
      [...session.held].every(([id, one]) => one.order.assignment === id),
    ],
  ]
  for (const [fact, holds] of facts) if (!holds) throw new Error(`broken invariant: ${fact}`)
}
