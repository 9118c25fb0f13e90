import { assert } from '#protocol/assert.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId, ProviderId } from '#protocol/ids.ts'
import { jobIdOf } from '#protocol/job-spec.ts'
import type { Comparator } from '#protocol/manifest.ts'
import type { FromCoordinator, HandBackReason } from '#protocol/messages.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Offer } from '#protocol/offer.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { checkInvariants } from '#coordinator/core/invariants.ts'
import { recover, type RecoveryOptions } from '#coordinator/core/recover.ts'
import type { LedgerRow } from '#coordinator/core/records.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import { emptyState, type Job, type JobTerms, type SessionId, type State } from '#coordinator/core/state.ts'
import { step } from '#coordinator/core/step.ts'
import { defaultPolicy, type Policy } from '#coordinator/core/trust/policy.ts'
import { conditionOf } from '#coordinator/core/units.ts'
import { nextSerialOf } from '#coordinator/core/wallets.ts'
import { withTerms } from '#coordinator/edge/store/store.ts'
import { anOffer } from '#test/network/an-offer.ts'
import { MemoryStore } from '#test/simulation/memory-store.ts'
import { answerTo } from '#test/simulation/simulated-auditors.ts'

export const chainId = 31_337
export const durations = defaultDurations
type Message<Type extends FromCoordinator['type']> = Extract<FromCoordinator, { type: Type }>

/** What a job of tests asks of a provider: nothing; changed where a test needs it. */
export function someNeeds(changes: Partial<Needs> = {}): Needs {
  return {
    features: [],
    limits: {},
    memoryBytes: 0,
    gflopsMin: 0,
    cause: 'science',
    requester: `0x${'aa'.repeat(20)}`,
    dataBytes: 0,
    pool: undefined,
    deadlineMs: undefined,
    targetMs: undefined,
    ...changes,
  }
}

export interface JobChanges {
  readonly unitCount?: number
  readonly quorum?: number
  readonly comparator?: Comparator
  readonly number?: number
  readonly spottable?: boolean
  readonly requester?: Hex
  readonly needs?: Partial<Needs>
  readonly resultBytes?: number
}

/**
 * A job of one-float units, compared exactly, two results to a quorum, at 10 wei a unit; of an audited job, at 640.
 * Changed where a test needs it.
 */
export function aJob(changes: JobChanges = {}): JobTerms {
  const { unitCount = 1, quorum = 2, comparator = { compare: 'exact' }, number = 1 } = changes
  const { spottable = false, requester = `0x${'aa'.repeat(20)}`, needs = {}, resultBytes = 4 } = changes
  const salt = toHex(new Uint8Array(32).fill(number))
  const unitPayWei = quorum === 1 ? 640n : 5n
  const unitPriceWei = unitPayWei * BigInt(quorum)
  const costWei = (quorum === 1 ? 2n * unitPriceWei + 20n : unitPriceWei) * BigInt(unitCount)
  return {
    id: jobIdOf(requester, salt),
    spec: `b${'a'.repeat(58)}`,
    salt,
    name: `Job ${number}`,
    requester,
    plan: { unitCount, quorum, unitPriceWei, unitPayWei, costWei, budgetWei: costWei + 7n },
    needs: someNeeds({ requester, ...needs }),
    spottable,
    resultPartsOf: () => [{ name: 'out', bytes: resultBytes, comparator }],
  }
}

/** The account of a provider known in a test by one letter. */
export function providerOf(name: string): ProviderId {
  return toHex(new Uint8Array(20).fill(name.charCodeAt(0)))
}

/** A result: one f32. */
export function resultOf(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer)
}

const nonce: Hex = `0x${'0e'.repeat(32)}`

/** The core with a time of its own and a store; the invariants of the whole state are checked after every event. */
export class World {
  state: State
  readonly store = new MemoryStore()
  readonly terms: JobTerms
  readonly ledger: LedgerRow[] = []
  /** Results that the core asked for and has not been given. */
  readonly fetches: Extract<Effect, { kind: 'fetchResult' }>[] = []
  /** Everything that has happened, oldest first. */
  readonly past: Event[] = []
  nowMs = 1_000_000
  answersOrders = true
  /** What the last event led to. */
  effects: readonly Effect[] = []
  readonly #said: { readonly session: SessionId; readonly message: FromCoordinator }[] = []
  readonly #sessions = new Map<string, SessionId>()
  #sessionCount = 0
  #published = 0

  readonly #setUp: RecoveryOptions

  /** A world whose job is submitted and paid for, and these providers, of capacity 1, in this order. */
  constructor(
    options: {
      terms?: JobTerms
      funded?: boolean
      providers?: string
      policy?: Partial<Policy>
      anchors?: string
    } = {},
  ) {
    const policy = { ...defaultPolicy, ...options.policy }
    this.#setUp = { durations, policy, anchors: Array.from(options.anchors ?? '').map(providerOf) }
    this.state = emptyState(durations, policy, this.#setUp.anchors)
    this.terms = options.terms ?? aJob()
    this.happens({ kind: 'jobSubmitted', terms: this.terms })
    if (options.funded !== false) this.fund(this.terms.plan.budgetWei)
    for (const name of options.providers ?? '') this.join(name)
  }

  happens(event: Event): readonly Effect[] {
    this.past.push(event)
    const effects = step(this.state, event, this.nowMs)
    checkInvariants(this.state)
    this.#take(effects)
    return this.#answerOrders(effects)
  }

  /** Epochs prepare and attest themselves, unless a test does that; what follows counts as part of the same event. */
  #answerOrders(effects: readonly Effect[]): readonly Effect[] {
    if (!this.answersOrders) return effects
    let all = effects
    for (const effect of effects)
      if (effect.kind === 'prepareEpoch' || effect.kind === 'attestEpoch')
        all = [...all, ...this.happens(answerTo(effect))]
    this.effects = all
    return all
  }

  #take(effects: readonly Effect[]): void {
    this.effects = effects
    for (const effect of effects) {
      if (effect.kind === 'fetchResult') this.fetches.push(effect)
      if (effect.kind === 'send') this.#said.push(effect)
      if (effect.kind === 'persist') this.store.apply([effect.record])
      if (effect.kind === 'persist' && effect.record.table === 'ledger') this.ledger.push(effect.record.row)
    }
  }

  fund(fundedWei: bigint): void {
    this.happens({ kind: 'jobFunded', job: this.terms.id, fundedWei })
  }

  join(
    name: string,
    capacity = 1,
    offer: Partial<Offer> = {},
    kind: { dutiesOnly?: boolean; network?: string } = {},
  ): SessionId {
    this.#sessionCount += 1
    const session = `${name}-${this.#sessionCount}`
    this.#sessions.set(name, session)
    this.happens({
      kind: 'providerJoined',
      session,
      provider: providerOf(name),
      capacity,
      offer: anOffer(offer),
      ...kind,
    })
    return session
  }

  /** A session key and a wallet, or another session key, agree; with the serial that is due unless told otherwise. */
  link(name: string, wallet: string, serial?: number): void {
    const provider = providerOf(name)
    this.happens({
      kind: 'walletLinked',
      provider,
      wallet: providerOf(wallet),
      serial: serial ?? nextSerialOf(this.state.wallets.get(provider)),
      expiresAtSeconds: 0,
      sessionSignature: `0x${'01'.repeat(65)}`,
      walletSignature: `0x${'02'.repeat(65)}`,
    })
  }

  /** Lets so much time pass that the rounds named by now have begun, and publishes them. */
  publish(rounds = 3): void {
    this.wait(rounds * defaultPolicy.beaconRoundMs)
    this.publishRound(Math.floor(this.nowMs / defaultPolicy.beaconRoundMs))
  }

  /** Publishes every round up to this one that was not published yet. */
  publishRound(last: number): void {
    for (let round = Math.max(this.#published + 1, last - 100); round <= last; round += 1) {
      this.#published = round
      this.happens({
        kind: 'beaconPublished',
        round,
        value: resultDigestOf(Uint8Array.of(round % 256, round >> 8)),
      })
    }
  }

  leave(name: string): void {
    this.happens({ kind: 'sessionEnded', session: this.sessionOf(name) })
  }

  /** Ends the coordinator between two events and starts it again from its store. */
  restart(): void {
    const { state, effects } = recover(
      withTerms(this.store.loadNow(), () => this.terms),
      this.nowMs,
      this.#setUp,
    )
    this.state = state
    checkInvariants(state)
    this.#take(effects)
  }

  /** Lets time pass while every provider keeps beating, then looks at the clock. */
  wait(durationMs: number): void {
    this.nowMs += durationMs
    for (const session of this.state.sessions.keys()) this.happens({ kind: 'providerHeard', session })
    this.happens({ kind: 'timePassed' })
  }

  commit(name: string, value: number, assignment = this.assignmentOf(name)): void {
    this.commitBytes(name, resultOf(value), assignment)
  }

  commitBytes(name: string, result: Uint8Array, assignment = this.assignmentOf(name)): void {
    const commitment = this.commitmentOf(name, result, assignment)
    this.happens({ kind: 'resultCommitted', session: this.sessionOf(name), assignment, commitment })
  }

  reveal(name: string, value: number, assignment = this.assignmentOf(name)): void {
    this.revealBytes(name, resultOf(value), assignment)
  }

  revealBytes(name: string, result: Uint8Array, assignment = this.assignmentOf(name)): void {
    this.happens({
      kind: 'resultRevealed',
      session: this.sessionOf(name),
      assignment,
      nonce,
      result,
      chainId,
    })
  }

  /** Gives the core the provisional results that it has asked for. */
  answerFetches(): void {
    for (const { job, unit, assignment } of this.fetches.splice(0)) {
      const result = this.store.canonicalResultNow(job, unit)
      assert(result, 'a provisional result is kept')
      this.happens({ kind: 'resultFetched', assignment, result })
    }
  }

  /** Commits and reveals. */
  deliver(name: string, value: number, assignment = this.assignmentOf(name)): void {
    this.commit(name, value, assignment)
    this.reveal(name, value, assignment)
  }

  deliverBytes(name: string, result: Uint8Array, assignment = this.assignmentOf(name)): void {
    this.commitBytes(name, result, assignment)
    this.revealBytes(name, result, assignment)
  }

  handBack(name: string, reason: HandBackReason, assignment = this.assignmentOf(name)): void {
    this.happens({ kind: 'unitHandedBack', session: this.sessionOf(name), assignment, reason })
  }

  commitmentOf(name: string, result: Uint8Array, assignment: AssignmentId): Hex {
    return commitmentOf({
      chainId,
      job: this.terms.id,
      unit: Number(assignment.split('/')[1]),
      provider: providerOf(name),
      resultDigest: resultDigestOf(result),
      nonce,
    })
  }

  /** All that was ever said to a provider, of one type, oldest first. */
  heard<Type extends FromCoordinator['type']>(name: string, type: Type): Message<Type>[] {
    return this.#said.flatMap(({ session, message }) =>
      session.startsWith(`${name}-`) && message.type === type ? [message as Message<Type>] : [],
    )
  }

  /** The newest unit a provider was given. */
  assignmentOf(name: string): AssignmentId {
    const assigned = this.heard(name, 'assign').at(-1)
    assert(assigned, `${name} was given a unit`)
    return assigned.assignment
  }

  /** The last verdict a provider heard. */
  verdictOf(name: string): Message<'verdict'> | undefined {
    return this.heard(name, 'verdict').at(-1)
  }

  /** Why the last event was turned away, if it was. */
  get refusal(): string | undefined {
    const said = this.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []))
    return said.find((message) => message.type === 'refuse')?.reason
  }

  get job(): Job {
    const job = this.state.jobs.get(this.terms.id)
    assert(job, 'the job was submitted')
    return job
  }

  conditionOf(unit = 0): string {
    return conditionOf(this.job, unit)
  }

  pendingOf(name: string): bigint {
    return this.state.accounts.get(providerOf(name))?.pendingWei ?? 0n
  }

  earnedBy(name: string): bigint {
    return this.state.accounts.get(providerOf(name))?.earnedWei ?? 0n
  }

  sessionOf(name: string): SessionId {
    const session = this.#sessions.get(name)
    assert(session, `${name} has joined`)
    return session
  }
}
