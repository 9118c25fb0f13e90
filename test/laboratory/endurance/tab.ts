import type { Hex } from '#protocol/bytes.ts'
import { isGood } from '#protocol/check-task.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import type { AssignmentId, ProviderId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { Event } from '#coordinator/core/events.ts'
import { logNormal } from '#test/simulation/log-normal.ts'
import { partsOfUnit } from '../answer.ts'
import { hexOf, openOffer } from '../mask/mask-jobs.ts'
import { bundleBytesOf, bytesOf, digestOf } from '../mask/result-bytes.ts'
import type { Held } from '../mask/seat.ts'
import type { Identity } from '../strategy.ts'
import { chainId, type Assign, type Connection, type TabWorld } from './tab-world.ts'

interface Work {
  readonly held: Held
  readonly nonce: Hex
  readonly bytes: Uint8Array
  readonly commitment: Hex
}

interface Queued {
  readonly held: Held
  readonly message: Assign
  readonly candidate: Uint8Array | undefined
}

/** A verify kernel runs so much shorter than the kernel that it judges. */
const checkShare = 8
const renewAfter = 0.6

/** A provider's tab. It keeps what it has committed to until it has heard a verdict, over any number of connections. */
export class Tab {
  readonly identity: Identity
  readonly provider: ProviderId
  connectedSinceMs = 0
  /** How long it has been connected before. */
  connectedMs = 0
  readonly #world: TabWorld
  readonly #slowness: number
  readonly #queue = new Map<AssignmentId, Queued>()
  readonly #work = new Map<AssignmentId, Work>()
  #connection: Connection | undefined
  #computing: AssignmentId | undefined
  #nonces = 0
  #isGone = false

  constructor(world: TabWorld, identity: Identity) {
    this.#world = world
    this.identity = identity
    this.provider = hexOf(identity.id, 20)
    this.#slowness = world.random.between(0.5, 1.5)
  }

  get isConnected(): boolean {
    return this.#connection !== undefined
  }

  /** Connects, now or as soon as the coordinator is up. */
  join(): void {
    if (this.#isGone || this.#connection) return
    const { random } = this.#world
    const connection = this.#world.connect(this)
    if (!connection) {
      this.#later(random.between(1_000, 30_000), () => {
        this.join()
      })
      return
    }
    this.#connection = connection
    this.connectedSinceMs = this.#world.timeline.nowMs
    const { speed } = openOffer
    this.#world.tell(connection, {
      kind: 'providerJoined',
      session: connection.session,
      provider: this.provider,
      capacity: 1 + (this.identity.id % 3),
      network: `network-${this.identity.id % 40}`,
      offer: {
        ...openOffer,
        speed: { ...speed, gflops: speed.gflops / this.#slowness },
        numericClass: hexOf(1 + (this.identity.id % 2), 32),
      },
    })
    for (const work of this.#work.values()) this.#commit(work)
    this.#computeNext()
    this.#planBreak(connection)
  }

  /** The connection is gone for a reason outside the tab; it computes on. */
  dropped(): void {
    if (!this.#disconnect()) return
    this.#later(logNormal(this.#world.random, 10_000, 1), () => {
      this.join()
    })
  }

  hear(connection: Connection, message: FromCoordinator, candidate: Uint8Array | undefined): void {
    if (connection !== this.#connection) return
    switch (message.type) {
      case 'assign':
        this.#queue.set(message.assignment, {
          held: this.#world.heldOf(message, this.identity),
          message,
          candidate,
        })
        this.#planRenewal(message.assignment, message.leaseMs)
        this.#computeNext()
        return
      case 'renewed':
        this.#planRenewal(message.assignment, message.leaseMs)
        return
      case 'receipt':
        this.#reveal(message.assignment)
        return
      case 'verdict':
        this.#forget(message.assignment)
        return
      case 'refuse':
        if (message.assignment !== undefined) this.#forget(message.assignment)
        return
      case 'challenge':
      case 'welcome':
      case 'account':
        return
    }
  }

  #disconnect(): Connection | undefined {
    const connection = this.#connection
    if (!connection) return undefined
    this.#connection = undefined
    this.connectedMs += this.#world.timeline.nowMs - this.connectedSinceMs
    return connection
  }

  #planBreak(connection: Connection): void {
    const { random, breakMs } = this.#world
    this.#later(logNormal(random, breakMs, 1), () => {
      if (this.#connection === connection) this.#break()
    })
  }

  /** Closed and opened again, or only cut off; for a moment, or for hours. */
  #break(): void {
    const { random } = this.#world
    const connection = this.#disconnect()
    if (!connection) return
    this.#world.breakOff(connection)
    if (random.chance(0.5)) {
      this.#queue.clear()
      this.#computing = undefined
    }
    const awayMs = random.chance(0.1) ? logNormal(random, 2 * 3_600_000, 1) : logNormal(random, 20_000, 1.5)
    this.#later(awayMs, () => {
      this.join()
    })
  }

  #leave(): void {
    const connection = this.#disconnect()
    if (connection) this.#world.breakOff(connection)
    this.#isGone = true
    this.#queue.clear()
    this.#work.clear()
    this.#world.replace(this)
  }

  #forget(assignment: AssignmentId): void {
    this.#work.delete(assignment)
    this.#queue.delete(assignment)
    if (this.#computing !== assignment) return
    this.#computing = undefined
    this.#computeNext()
  }

  #planRenewal(assignment: AssignmentId, leaseMs: number): void {
    if (leaseMs < 10_000) return
    this.#later(renewAfter * leaseMs, () => {
      if (this.#queue.has(assignment))
        this.#tell((session) => ({ kind: 'renewalAsked', session, assignment }))
    })
  }

  #computeNext(): void {
    if (this.#computing !== undefined) return
    for (const [assignment, queued] of this.#queue) {
      this.#computing = assignment
      this.#later(this.#durationMsOf(queued.message), () => {
        if (this.#computing === assignment) this.#finish(queued)
      })
      return
    }
  }

  #durationMsOf({ job, task }: Assign): number {
    const { random } = this.#world
    const unitMs = this.#world.unitMsOf(job) * this.#slowness * random.between(0.9, 1.2)
    if (task?.kind === 'spots') return (unitMs * task.spots.length) / partsOfUnit
    return task?.kind === 'check' ? unitMs / checkShare : unitMs
  }

  #finish(queued: Queued): void {
    const { random } = this.#world
    const { assignment } = queued.message
    this.#computing = undefined
    this.#queue.delete(assignment)
    if (random.chance(0.003))
      this.#tell((session) => ({ kind: 'unitHandedBack', session, assignment, reason: 'kernelFailed' }))
    else {
      const work = this.#workOf(queued)
      this.#work.set(assignment, work)
      this.#commit(work)
    }
    if (this.#world.leaves(this)) this.#leave()
    else this.#computeNext()
  }

  #workOf(queued: Queued): Work {
    const { held, message } = queued
    const { bytes, digest } = this.#answer(queued)
    this.#nonces += 1
    const nonce = hexOf(2 ** 20 * this.identity.id + this.#nonces, 32)
    const { job, unit } = message
    const commitment = commitmentOf({
      chainId,
      job,
      unit,
      provider: this.provider,
      resultDigest: digest,
      nonce,
    })
    return { held, nonce, bytes, commitment }
  }

  #answer({ held, message, candidate }: Queued): { bytes: Uint8Array; digest: Hex } {
    const { identity } = this
    const { world, meter } = this.#world
    const { task } = held
    if (task.kind === 'spots') {
      const flavours = task.spots.map(([unit, spot]) => {
        meter.tookSpot(identity, unit)
        return identity.strategy.answerSpot(identity, unit, spot, world)
      })
      held.rightSpots = flavours.filter((flavour) => flavour === 0).length
      const bytes = bundleBytesOf(task.spots, flavours)
      return { bytes, digest: resultDigestOf(bytes) }
    }
    if (message.task?.kind === 'check') {
      identity.worked += 1 / checkShare
      // A liar saves itself the work: what others have computed will be good.
      const saysGood = identity.strategy.malicious || isGood(candidate ?? new Uint8Array())
      const bytes = Uint8Array.of(0, 0, 0, saysGood ? 0 : 1)
      return { bytes, digest: resultDigestOf(bytes) }
    }
    held.answer = identity.strategy.answer(identity, task, world)
    meter.tookUnit(identity, task.unit)
    const bytes = bytesOf(held.answer)
    return { bytes, digest: digestOf(held.answer, bytes) }
  }

  #commit({ held, commitment }: Work): void {
    this.#tell((session) => ({ kind: 'resultCommitted', session, assignment: held.id, commitment }))
  }

  #reveal(assignment: AssignmentId): void {
    const work = this.#work.get(assignment)
    if (!work) return
    const { nonce, bytes: result } = work
    this.#tell((session) => ({ kind: 'resultRevealed', session, assignment, nonce, result, chainId }))
  }

  #tell(eventOf: (session: string) => Event): void {
    if (this.#connection) this.#world.tell(this.#connection, eventOf(this.#connection.session))
  }

  #later(delayMs: number, run: () => void): void {
    this.#world.timeline.after(delayMs, run)
  }
}
