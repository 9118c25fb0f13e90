import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { AssignmentId, ProviderId } from '#protocol/ids.ts'
import type { FromCoordinator, Task } from '#protocol/messages.ts'
import { sessionKeyOf, signDigest, type SessionKey } from '#protocol/session-key.ts'
import { encodeSpots } from '#protocol/spot-results.ts'
import type { Event } from '#coordinator/core/events.ts'
import type { SessionId } from '#coordinator/core/state.ts'
import { anOffer } from '#test/network/an-offer.ts'
import type { Random } from './random.ts'
import { elementsPerUnit, isTrue, trueResultOf } from './simulated-job.ts'
import type { Timeline } from './timeline.ts'

export const chainId = 31337

/** How an agent behaves. Liars commit and reveal like everyone else; only their numbers are wrong. */
export type Character = 'honest' | 'slow' | 'vanishing' | 'garbage' | 'zeros' | 'nan' | 'stale' | 'mute'
export const liars: readonly Character[] = ['garbage', 'zeros', 'nan', 'stale']

interface Work {
  readonly unit: number
  readonly assignment: AssignmentId
  readonly nonce: Hex
  readonly result: Uint8Array
  readonly commitment: Hex
}

/** What an agent may do to the world around it. */
export interface AgentWorld {
  readonly timeline: Timeline
  readonly random: Random
  /** Whether what agents commit to is signed, as the public log wants it; it takes most of a simulation's time. */
  readonly signs: boolean
  /** Carries an event to the coordinator after the network's delay, if the session still stands on arrival. */
  tell(session: SessionId, event: Event): void
  /** Opens a session; undefined while the coordinator is down. */
  connect(agent: Agent): SessionId | undefined
  /** Cuts a session as a vanished tab does: the coordinator learns of it late, or by silence alone. */
  vanish(session: SessionId): void
}

/** A simulated provider. It keeps what it has computed until it has heard a verdict, over any number of sessions. */
export class Agent {
  readonly provider: ProviderId
  readonly character: Character
  session: SessionId | undefined
  /** Units it was told are accepted: whatever happens later, these must stay paid. */
  readonly acceptedUnits = new Set<number>()
  readonly #world: AgentWorld
  readonly #key: SessionKey
  readonly #work = new Map<AssignmentId, Work>()
  #stale: Uint8Array | undefined

  constructor(world: AgentWorld, character: Character) {
    this.#world = world
    this.character = character
    this.#key = sessionKeyOf(world.random.bytes(32))
    this.provider = this.#key.provider
  }

  /** Connects, now or as soon as the coordinator is up. */
  join(): void {
    if (this.session !== undefined) return
    this.session = this.#world.connect(this)
    if (this.session === undefined) {
      this.#later(1_000, () => {
        this.join()
      })
      return
    }
    this.#tell((session) => ({
      kind: 'providerJoined',
      session,
      provider: this.provider,
      capacity: 2,
      offer: anOffer(),
    }))
    for (const work of this.#work.values()) this.#commit(work)
    this.#beat(this.session)
    if (this.character === 'vanishing') this.#planVanishing(this.session)
  }

  /** The session has ended for a reason outside the agent. */
  dropped(): void {
    this.session = undefined
    this.#later(this.#world.random.between(500, 3_000), () => {
      this.join()
    })
  }

  hear(message: FromCoordinator, payload?: Uint8Array): void {
    switch (message.type) {
      case 'assign':
        this.#compute(message, payload)
        return
      case 'receipt': {
        const work = this.#work.get(message.assignment)
        if (work)
          this.#tell((session) => ({
            kind: 'resultRevealed',
            session,
            assignment: work.assignment,
            nonce: work.nonce,
            result: work.result,
            chainId,
          }))
        return
      }
      case 'verdict':
        if (message.outcome === 'accepted' && this.#work.has(message.assignment))
          this.acceptedUnits.add(this.#work.get(message.assignment)?.unit ?? -1)
        this.#work.delete(message.assignment)
        return
      case 'refuse':
        if (message.assignment !== undefined) this.#work.delete(message.assignment)
        return
      case 'challenge':
      case 'renewed':
      case 'welcome':
      case 'account':
        return
    }
  }

  #compute(
    { assignment, job, unit, task }: Extract<FromCoordinator, { type: 'assign' }>,
    candidate: Uint8Array | undefined,
  ): void {
    const { random } = this.#world
    // A unit the scheduler took back and this session never heard of stays open until its lease ends.
    const durationMs =
      this.character === 'slow' ? random.between(20_000, 200_000) : random.between(500, 4_000)
    const session = this.session
    this.#later(durationMs, () => {
      if (this.session !== session && random.chance(0.5)) return
      if (this.character === 'mute') return
      if (random.chance(0.02)) {
        this.#tell((now) => ({ kind: 'unitHandedBack', session: now, assignment, reason: 'kernelFailed' }))
        return
      }
      const result = this.#answerTo(job, unit, task, candidate)
      const nonce = toHex(random.bytes(32))
      const commitment = commitmentOf({
        chainId,
        job,
        unit,
        provider: this.provider,
        resultDigest: resultDigestOf(result),
        nonce,
      })
      const work = { unit, assignment, nonce, result, commitment }
      this.#work.set(assignment, work)
      this.#commit(work)
    })
  }

  #answerTo(
    job: Hex,
    unit: number,
    task: Task | undefined,
    candidate: Uint8Array = new Uint8Array(),
  ): Uint8Array {
    if (task?.kind === 'spots') return this.#spotsFor(job, task.spots)
    if (task?.kind !== 'check') return this.#resultFor(job, unit)
    // A liar saves itself the work: what others have computed will be good.
    const isGood = liars.includes(this.character) || isTrue(job, unit, candidate)
    return Uint8Array.of(0, 0, 0, isGood ? 0 : 1)
  }

  /** Of each unit one of its four numbers: a spot covers what its place says. */
  #spotsFor(job: Hex, spots: readonly (readonly [unit: number, spot: number])[]): Uint8Array {
    return encodeSpots(
      spots.map(([unit, spot]) => {
        const offset = 4 * (spot % elementsPerUnit)
        const bytes = this.#resultFor(job, unit).slice(offset, offset + 4)
        return { runs: Uint32Array.of(offset, 4), bytes }
      }),
    )
  }

  #resultFor(job: Hex, unit: number): Uint8Array {
    const { random } = this.#world
    const truth = trueResultOf(job, unit)
    const honest = new Uint8Array(
      Float32Array.from(truth, (value) => value * (1 + random.between(-2e-4, 2e-4))).buffer,
    )
    switch (this.character) {
      case 'honest':
      case 'slow':
      case 'vanishing':
      case 'mute':
        return honest
      case 'garbage':
        return new Uint8Array(
          Float32Array.from({ length: elementsPerUnit }, () => random.between(-100, 100)).buffer,
        )
      case 'zeros':
        return new Uint8Array(4 * elementsPerUnit)
      case 'nan':
        return new Uint8Array(4 * elementsPerUnit).fill(0xff)
      case 'stale':
        return (this.#stale ??= honest)
    }
  }

  #commit(work: Work): void {
    this.#tell((session) => ({
      kind: 'resultCommitted',
      session,
      assignment: work.assignment,
      commitment: work.commitment,
      ...(this.#world.signs && { signature: signDigest(this.#key, work.commitment) }),
    }))
  }

  #beat(session: SessionId): void {
    this.#later(800, () => {
      if (this.session !== session) return
      this.#tell(() => ({ kind: 'providerHeard', session }))
      this.#beat(session)
    })
  }

  #planVanishing(session: SessionId): void {
    this.#later(this.#world.random.between(1_000, 20_000), () => {
      if (this.session !== session) return
      this.#world.vanish(session)
      this.dropped()
    })
  }

  #tell(eventOf: (session: SessionId) => Event): void {
    if (this.session !== undefined) this.#world.tell(this.session, eventOf(this.session))
  }

  #later(delayMs: number, run: () => void): void {
    this.#world.timeline.after(delayMs, run)
  }
}
