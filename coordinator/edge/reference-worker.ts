import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { toHex, type Hex } from '#protocol/bytes.ts'
import { commitmentOf, resultDigestOf } from '#protocol/commitment.ts'
import { limitCeilings, memoryBytesCeiling, requirableFeatures } from '#protocol/device-needs.ts'
import type { AssignmentId, ProviderId } from '#protocol/ids.ts'
import type { FromCoordinator, HandBackReason } from '#protocol/messages.ts'
import type { Offer } from '#protocol/offer.ts'
import { Refusal } from '#protocol/refusal.ts'
import { ChildFailure } from '#runner/dawn/child-failure.ts'
import { RunnerError } from '#runner/runner-error.ts'
import type { Event } from '../core/events.ts'
import type { SessionId } from '../core/state.ts'
import type { ReferenceRunner } from './reference-runner.ts'

export interface ReferenceWorkerOptions {
  /** Whose results these are: the account of the worker's key. */
  readonly provider: ProviderId
  readonly chainId: number
  /** Its signature over a commitment, for the public log. */
  readonly sign: (commitment: Hex) => Hex
  readonly post: (event: Event) => void
  readonly runner: Pick<ReferenceRunner, 'adapter' | 'run' | 'cancel' | 'close'>
  readonly log: Logger
}

const rejoinMs = 1_000
type Assign = Extract<FromCoordinator, { type: 'assign' }>

/** A result from its computation to its verdict. */
interface Proof {
  readonly commitment: Hex
  readonly nonce: Hex
  readonly result: Uint8Array
}

/**
 * The coordinator's own provider, the last resort of disputes. It lives in this process, so only its
 * commitments are signed, for the public log; it takes only what the beacon or a dispute gives it, and everything it computes runs in a child.
 */
export class ReferenceWorker {
  readonly provider: ProviderId
  readonly #options: ReferenceWorkerOptions
  /** Undefined before the start, after the end, and for a moment after each loss. */
  #session: SessionId | undefined
  /** Assignments that wait; the first is being computed. */
  readonly #queue: { readonly order: Assign; readonly candidate: Uint8Array | undefined }[] = []
  #working = false
  readonly #proofs = new Map<AssignmentId, Proof>()
  #heartbeat: NodeJS.Timeout | undefined
  #rejoin: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ReferenceWorkerOptions) {
    this.#options = options
    this.provider = options.provider
  }

  /** Joins where this machine has a software adapter. @returns whether it has. */
  async start(): Promise<boolean> {
    const { runner, log } = this.#options
    const adapter = await runner.adapter().catch((error: unknown) => {
      if (error instanceof ChildFailure) return undefined
      throw error
    })
    if (adapter === undefined) {
      log.warn('there is no reference worker: this machine has no software adapter for WebGPU')
      return false
    }
    log.info({ adapter, provider: this.provider }, 'the reference worker joins')
    this.#join()
    return true
  }

  /** Whether what is sent to this session is for us. */
  owns(session: SessionId): boolean {
    return session === this.#session
  }

  /** Takes what the coordinator says to our session. */
  hear(message: FromCoordinator, payload?: Uint8Array): void {
    const session = this.#session
    if (session === undefined) return
    switch (message.type) {
      case 'welcome':
        this.#welcome(session, message.heartbeatMs)
        return
      case 'assign': {
        const proof = this.#proofs.get(message.assignment)
        if (proof) this.#commit(message.assignment, proof)
        else this.#take(message, payload)
        return
      }
      case 'receipt': {
        const { assignment } = message
        const proof = this.#proofs.get(assignment)
        if (!proof) return
        const { nonce, result } = proof
        const { chainId, post } = this.#options
        post({ kind: 'resultRevealed', session, assignment, nonce, result, chainId })
        return
      }
      case 'verdict':
        this.#forget(message.assignment)
        return
      case 'refuse':
        if (message.assignment !== undefined) this.#forget(message.assignment)
        return
      case 'challenge':
      case 'renewed':
      case 'account':
        return
    }
  }

  /** Our session was ended, as when this process was too busy to be heard. What was computed is offered again. */
  disconnected(): void {
    this.#session = undefined
    clearInterval(this.#heartbeat)
    if (this.#closed) return
    clearTimeout(this.#rejoin)
    this.#rejoin = setTimeout(() => {
      this.#join()
    }, rejoinMs)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.disconnected()
    await this.#options.runner.close()
  }

  #join(): void {
    if (this.#closed) return
    const session = `reference-${randomBytes(8).toString('hex')}`
    this.#session = session
    const { provider } = this
    this.#options.post({
      kind: 'providerJoined',
      session,
      provider,
      capacity: 1,
      offer: anyJob,
      dutiesOnly: true,
    })
  }

  #welcome(session: SessionId, heartbeatMs: number): void {
    clearInterval(this.#heartbeat)
    this.#heartbeat = setInterval(() => {
      this.#options.post({ kind: 'providerHeard', session })
    }, heartbeatMs)
    for (const [assignment, proof] of this.#proofs) this.#commit(assignment, proof)
  }

  #take(order: Assign, candidate: Uint8Array | undefined): void {
    if (this.#queue.some((waiting) => waiting.order.assignment === order.assignment)) return
    this.#queue.push({ order, candidate })
    if (!this.#working) void this.#work()
  }

  /** Computes what waits, one after the other. */
  async #work(): Promise<void> {
    this.#working = true
    for (let next = this.#queue[0]; next && !this.#closed; next = this.#queue[0]) {
      await this.#compute(next.order, next.candidate)
      if (this.#queue[0] === next) this.#queue.shift()
    }
    this.#working = false
  }

  async #compute(order: Assign, candidate: Uint8Array | undefined): Promise<void> {
    const { assignment, job, unit, leaseMs } = order
    const renewal = setInterval(() => {
      if (this.#session !== undefined)
        this.#options.post({ kind: 'renewalAsked', session: this.#session, assignment })
    }, leaseMs / 2)
    try {
      const result = await this.#options.runner.run({ ...order, candidate })
      // Decided while it was computed.
      if (this.#queue[0]?.order !== order) return
      const nonce = toHex(randomBytes(32))
      const { chainId } = this.#options
      const parts = { chainId, job, unit, provider: this.provider, nonce }
      const commitment = commitmentOf({ ...parts, resultDigest: resultDigestOf(result) })
      const proof = { commitment, nonce, result }
      this.#proofs.set(assignment, proof)
      this.#commit(assignment, proof)
    } catch (error) {
      this.#handBack(order, error)
    } finally {
      clearInterval(renewal)
    }
  }

  #commit(assignment: AssignmentId, { commitment }: Proof): void {
    if (this.#session !== undefined)
      this.#options.post({
        kind: 'resultCommitted',
        session: this.#session,
        assignment,
        commitment,
        signature: this.#options.sign(commitment),
      })
  }

  #handBack(order: Assign, error: unknown): void {
    const { assignment, job, unit } = order
    // Decided while it was computed, and ended for that.
    if (this.#session === undefined || this.#queue[0]?.order !== order) return
    this.#options.log.warn({ error, job, unit }, 'the reference worker could not compute a unit')
    const reason = handBackReasonOf(error)
    this.#options.post({ kind: 'unitHandedBack', session: this.#session, assignment, reason })
  }

  #forget(assignment: AssignmentId): void {
    this.#proofs.delete(assignment)
    const place = this.#queue.findIndex(({ order }) => order.assignment === assignment)
    if (place >= 0) this.#queue.splice(place, 1)
    if (place === 0) void this.#options.runner.cancel()
  }
}

/** A processor that cannot run a job in time says nothing against the job. */
function handBackReasonOf(error: unknown): HandBackReason {
  if (error instanceof Refusal) return 'dataUnavailable'
  if (!(error instanceof RunnerError)) return 'notCapable'
  switch (error.code) {
    case 'compileFailed':
    case 'invalidJob':
    case 'unwritten':
      return 'kernelFailed'
    case 'deviceLost':
    case 'hung':
    case 'noAdapter':
    case 'noWebGpu':
    case 'notCapable':
    case 'softwareAdapterOnly':
    case 'tooLargeForDevice':
    case 'unitTooCoarse':
      return 'notCapable'
  }
}

/**
 * It takes every job, and gives back what its adapter cannot run. It calls itself the slowest device there is: so its
 * leases are long.
 */
const anyJob: Offer = {
  features: [...requirableFeatures],
  limits: { ...limitCeilings },
  memoryMiB: memoryBytesCeiling / (1024 * 1024),
  speed: { gflops: 1, gops: 1, copyGBps: 1, launchMs: 1 },
  numericClass: `0x${'00'.repeat(32)}`,
  causes: { never: [] },
  requesters: { never: [] },
  minimumWeiPerHour: 0n,
  pools: [],
}
