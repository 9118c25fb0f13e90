import { unreachable } from '#protocol/assert.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { checkInvariants } from '#coordinator/core/invariants.ts'
import { defaultDurations } from '#coordinator/core/durations.ts'
import { emptyState, type JobTerms, type State } from '#coordinator/core/state.ts'
import { step } from '#coordinator/core/step.ts'
import { defaultPolicy, type Policy } from '#coordinator/core/trust/policy.ts'
import type { Random } from '#test/simulation/random.ts'
import type { TraceDigest } from '#test/simulation/trace-digest.ts'
import type { Answer } from '../answer.ts'
import type { Identity } from '../strategy.ts'
import type { Bench, Scheme } from '../scheme.ts'
import type { SpotsTask, Task, UnitTask } from '../task.ts'
import { farmJob, farmOffer, hexOf, openOffer, ordinaryJobs } from './mask-jobs.ts'
import { Places } from './places.ts'
import { bundleBytesOf, bytesOf, digestOf } from './result-bytes.ts'
import { Seat, type Held } from './seat.ts'
import { Verdicts } from './verdicts.ts'

const chainId = 31337

export interface MaskOptions {
  readonly policy?: Partial<Policy>
  /** Invariants are checked after every so many events. */
  readonly eventsPerCheck?: number
  /** How long a round of the laboratory lasts in virtual time. */
  readonly roundMs?: number
  /** Is told of every step. */
  readonly trace?: TraceDigest | undefined
}

/** This project's own scheme: the coordinator's real core, driven in virtual time. What it persists is read, and dropped. */
export class MaskScheme implements Scheme {
  readonly trustedAfter: number
  readonly copiesToDecide = 2
  violations = 0
  /** What has happened to the core. */
  events = 0
  /** The first broken invariant. */
  violation: string | undefined
  readonly #state: State
  readonly #random: Random
  readonly #places: Places
  readonly #verdicts: Verdicts
  readonly #eventsPerCheck: number
  readonly #roundMs: number
  readonly #trace: TraceDigest | undefined
  readonly #seats = new Map<Identity, Seat>()
  readonly #sessions = new Map<string, Seat>()
  readonly #queue: Event[] = []
  readonly #wantedRounds = new Set<number>()
  #late: (() => void)[] = []
  #nowMs = 0
  #lastSession = 0
  #lastNonce = 0
  #farmOpen = false

  constructor(bench: Bench, random: Random, units: number, options: MaskOptions = {}) {
    const policy = { ...defaultPolicy, ...options.policy }
    this.trustedAfter = policy.probationUnits
    this.#eventsPerCheck = options.eventsPerCheck ?? 100_000
    this.#roundMs = options.roundMs ?? 1_000
    this.#trace = options.trace
    this.#random = random
    // Sessions end when the laboratory says so, and the chain has nothing to do with what is measured here.
    const durations = { ...defaultDurations, silenceMsMax: Infinity, epochMs: Infinity }
    this.#state = emptyState(durations, policy)
    const jobs = ordinaryJobs(units, this.#roundMs)
    this.#places = new Places(jobs)
    this.#verdicts = new Verdicts(bench, this.#places)
    for (const job of jobs) this.#submit(job)
  }

  get done(): boolean {
    return this.#verdicts.decided === this.#places.unitCount
  }

  join(identity: Identity): void {
    const seat = new Seat(identity, hexOf(identity.id, 20))
    this.#seats.set(identity, seat)
    this.#verdicts.providers.set(seat.provider, identity)
    if (identity.anchor) this.#state.anchors.add(seat.provider)
    this.#connect(seat)
  }

  leave(identity: Identity): void {
    const seat = this.#seats.get(identity)
    if (seat) this.#disconnect(seat)
    this.#seats.delete(identity)
  }

  next(identity: Identity): Task | undefined {
    const seat = this.#seats.get(identity)
    if (!seat) return undefined
    if (seat.farming && !identity.farming) this.#endFarming(seat)
    return seat.next()
  }

  take(identity: Identity, task: UnitTask, answer: Answer): void {
    const seat = this.#seats.get(identity)
    const held = seat?.take(task)
    if (!seat || !held) return
    held.answer = answer
    const bytes = bytesOf(answer)
    this.#bring(seat, held, bytes, digestOf(answer, bytes))
  }

  takeSpots(identity: Identity, task: SpotsTask, flavours: readonly number[]): void {
    const seat = this.#seats.get(identity)
    const held = seat?.take(task)
    if (!seat || !held) return
    held.rightSpots = flavours.filter((flavour) => flavour === 0).length
    const bytes = bundleBytesOf(task.spots, flavours)
    this.#bring(seat, held, bytes, resultDigestOf(bytes))
  }

  /** Half of the closings are seen; of the others the coordinator learns when the tab is back. Some bring late what they had committed to. */
  vanish(identity: Identity, task: Task, answer: Answer | undefined): void {
    const seat = this.#seats.get(identity)
    const held = seat?.take(task)
    if (!seat || !held) return
    if (answer) {
      held.answer = answer
      const bytes = bytesOf(answer)
      const sealed = this.#seal(seat, held, digestOf(answer, bytes))
      this.#commit(seat, held, sealed)
      if (this.#random.chance(0.5))
        this.#late.push(() => {
          this.#commit(seat, held, sealed)
          this.#reveal(seat, held, sealed, bytes)
        })
    }
    if (this.#random.chance(0.5)) this.#disconnect(seat)
    else seat.forget()
    this.#late.unshift(() => {
      if (this.#seats.get(identity) === seat) this.#connect(seat)
    })
  }

  tick(): void {
    this.#nowMs += this.#roundMs
    const late = this.#late
    this.#late = []
    for (const happen of late) happen()
    this.#publishRounds()
    this.#happen({ kind: 'timePassed' })
  }

  /** The beacon's rounds that somebody waits for and that have begun. */
  #publishRounds(): void {
    const begun = this.#nowMs / this.#state.policy.beaconRoundMs
    for (const round of [...this.#wantedRounds].sort((one, other) => one - other)) {
      if (round > begun) return
      this.#wantedRounds.delete(round)
      this.#happen({ kind: 'beaconPublished', round, value: toHex(this.#random.bytes(32)) })
    }
  }

  #connect(seat: Seat): void {
    const { identity, provider } = seat
    if (identity.farming && !this.#farmOpen) this.#openFarm()
    this.#lastSession += 1
    seat.session = `session-${this.#lastSession}`
    seat.farming = identity.farming
    this.#sessions.set(seat.session, seat)
    this.#happen({
      kind: 'providerJoined',
      session: seat.session,
      provider,
      capacity: 2,
      offer: identity.farming ? farmOffer : openOffer,
    })
  }

  #disconnect(seat: Seat): void {
    const { session } = seat
    this.#sessions.delete(session)
    seat.forget()
    this.#happen({ kind: 'sessionEnded', session })
  }

  #openFarm(): void {
    this.#farmOpen = true
    this.#submit(farmJob(Math.max(500, Math.ceil(this.#places.unitCount / 4)), this.#roundMs))
  }

  #endFarming(seat: Seat): void {
    seat.farming = false
    this.#happen({ kind: 'offerStated', session: seat.session, offer: openOffer })
  }

  #submit(terms: JobTerms): void {
    this.#happen({ kind: 'jobSubmitted', terms })
    this.#happen({ kind: 'jobFunded', job: terms.id, fundedWei: terms.plan.budgetWei })
  }

  /** Commits to a result and reveals it. */
  #bring(seat: Seat, held: Held, bytes: Uint8Array, digest: Hex): void {
    const sealed = this.#seal(seat, held, digest)
    this.#commit(seat, held, sealed)
    this.#reveal(seat, held, sealed, bytes)
  }

  #seal(seat: Seat, held: Held, resultDigest: Hex): { nonce: Hex; commitment: Hex } {
    this.#lastNonce += 1
    const nonce = hexOf(this.#lastNonce, 32)
    const { job, unit } = held
    const commitment = commitmentOf({ chainId, job, unit, provider: seat.provider, resultDigest, nonce })
    return { nonce, commitment }
  }

  #commit(seat: Seat, { id }: Held, { commitment }: { commitment: Hex }): void {
    this.#happen({ kind: 'resultCommitted', session: seat.session, assignment: id, commitment })
  }

  #reveal(seat: Seat, { id }: Held, { nonce }: { nonce: Hex }, result: Uint8Array): void {
    this.#happen({ kind: 'resultRevealed', session: seat.session, assignment: id, nonce, result, chainId })
  }

  #happen(event: Event): void {
    this.#queue.push(event)
    if (this.#queue.length > 1) return
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      this.events += 1
      this.#verdicts.refetching = next.kind === 'resultFetched'
      const effects = step(this.#state, next, this.#nowMs)
      this.#trace?.add(this.#nowMs, next, effects)
      if (this.events % this.#eventsPerCheck === 0) this.#checkInvariants()
      for (const effect of effects) this.#carryOut(effect)
      this.#verdicts.endStep()
      this.#queue.shift()
    }
  }

  #checkInvariants(): void {
    try {
      checkInvariants(this.#state)
    } catch (error) {
      this.violations += 1
      this.violation ??= String(error)
    }
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'persist':
        this.#verdicts.read(effect.record)
        return
      case 'send':
        this.#hear(effect.session, effect.message)
        return
      case 'fetchResult':
        this.#fetch(effect.assignment)
        return
      case 'disconnect':
        this.#sessions.get(effect.session)?.forget()
        this.#sessions.delete(effect.session)
        return
      case 'wantRound':
        this.#wantedRounds.add(effect.round)
        return
      case 'prepareEpoch':
      case 'attestEpoch':
      case 'postEpoch':
      case 'pushClaims':
      case 'changed':
        return
      default:
        unreachable(effect)
    }
  }

  #hear(session: string, message: FromCoordinator): void {
    const seat = this.#sessions.get(session)
    if (!seat) return
    if (message.type === 'assign') {
      const held = this.#places.heldOf(message, seat.identity)
      this.#verdicts.held.set(held.id, held)
      seat.push(held)
    } else if (message.type === 'verdict') seat.drop(message.assignment)
  }

  #fetch(assignment: AssignmentId): void {
    const held = this.#verdicts.held.get(assignment)
    if (held?.answer) this.#happen({ kind: 'resultFetched', assignment, result: bytesOf(held.answer) })
  }
}
