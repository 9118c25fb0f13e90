import { unreachable } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import { planJob } from '#protocol/job-plan.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { SessionKey } from '#protocol/session-key.ts'
import type { CurrentJob, LossReason, PreviewTile } from '#web/core/contributor-view.ts'
import { previewTilesOf } from '#web/core/preview-tile.ts'
import {
  createSession,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type UnitOrder,
} from '#web/core/session-state.ts'
import { sessionStateOf } from '#web/core/session-view.ts'
import { nextWakeMs, step } from '#web/core/session.ts'
import { DataUnavailableError } from './blob-cache.ts'
import { resultDigestOf } from './content-digest.ts'
import { Conversation } from './conversation.ts'
import type { JobLibrary } from './job-library.ts'
import type { ProviderView } from './provider-api.ts'
import type { JobSource } from './runner/job-runner.ts'
import { RunnerError } from './runner/runner-error.ts'

/** What the loop acts upon. */
export interface ProviderSurroundings {
  readonly key: SessionKey
  readonly capacity: number
  readonly adapter: string
  readonly jobs: Pick<JobLibrary, 'load'>
  readonly runner: {
    run(source: JobSource, unit: number): Promise<Uint8Array<ArrayBuffer>>
    close(): void
  }
  /** Asks the page for a link; `attachLink` or `linkFailed` answers. */
  openLink(link: number): void
  /** Lets the page tear down what carried the link. */
  closeLink(link: number): void
  showView(view: ProviderView): void
  showJob(job: CurrentJob): void
  showTile(tile: PreviewTile): void
  /** A mistake of ours: the worker must be started anew. */
  crash(error: unknown): void
  nowMs(): number
  /** From 0 (inclusive) to 1 (exclusive). */
  random(): number
  /** 32 fresh random bytes. */
  nonce(): Hex
}

/** Carries out what the session decides: speaks with the coordinator, computes units, shows the state. */
export class ProviderLoop {
  readonly #around: ProviderSurroundings
  readonly #session: Session
  #linkNumber = 0
  #conversation: Conversation | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #unit: (ProviderView['unit'] & { assignment: AssignmentId }) | undefined
  #shownJob: JobId | undefined
  #farewell: Promise<void> = Promise.resolve()
  #ended = false

  constructor(around: ProviderSurroundings) {
    this.#around = around
    this.#session = createSession({ key: around.key, capacity: around.capacity })
  }

  start(): void {
    this.#dispatch({ type: 'startAsked' })
  }

  stop(when: 'now' | 'afterUnit'): void {
    this.#dispatch({ type: 'stopAsked', when })
  }

  attachLink(link: number, carrier: RTCDataChannel | MessagePort): void {
    const current = () => this.#linkNumber === link
    const conversation = new Conversation(carrier, {
      onOpen: () => {
        if (current()) this.#dispatch({ type: 'linkOpened' })
      },
      onMessage: (message) => {
        if (current()) this.#hear(message)
      },
      onLost: () => {
        if (current()) this.#dispatch({ type: 'linkLost', reason: 'connectionLost' })
      },
    })
    if (current()) this.#conversation = conversation
    else void conversation.finish()
  }

  linkFailed(link: number, reason: LossReason): void {
    if (this.#linkNumber === link) this.#dispatch({ type: 'linkLost', reason })
  }

  #hear(message: FromCoordinator): void {
    this.#dispatch({ type: 'messageReceived', message })
  }

  #dispatch(event: SessionEvent): void {
    const at = { nowMs: this.#around.nowMs(), jitter: this.#around.random() }
    for (const effect of step(this.#session, event, at)) this.#perform(effect)
    this.#setTimer()
    this.#show()
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case 'openLink':
        this.#linkNumber += 1
        this.#around.openLink(this.#linkNumber)
        return
      case 'closeLink':
        this.#closeLink()
        return
      case 'send':
        this.#conversation?.send(effect.header, effect.payload)
        return
      case 'compute':
        this.#compute(effect.order).catch((error: unknown) => {
          this.#around.crash(error)
        })
        return
      default:
        unreachable(effect)
    }
  }

  /** What arrives over this link from now on is from the past. */
  #closeLink(): void {
    const link = this.#linkNumber
    const conversation = this.#conversation
    this.#linkNumber += 1
    this.#conversation = undefined
    this.#farewell = (conversation?.finish() ?? Promise.resolve()).finally(() => {
      this.#around.closeLink(link)
    })
  }

  async #compute(order: UnitOrder): Promise<void> {
    const { assignment, unit } = order
    try {
      const job = await this.#around.jobs.load(order.spec)
      if (!this.#session.held.has(assignment)) return
      this.#announce(order, job)
      const result = await this.#around.runner.run(job.sourceFor(order.job), unit)
      const resultDigest = await resultDigestOf(result)
      this.#dispatch({ type: 'unitComputed', assignment, result, resultDigest, nonce: this.#around.nonce() })
      for (const tile of previewTilesOf(job.manifest, order.job, unit, result)) this.#around.showTile(tile)
    } catch (error) {
      this.#dispatch(failureOf(assignment, error))
    }
  }

  #announce(order: UnitOrder, job: Awaited<ReturnType<JobLibrary['load']>>): void {
    const { name, summary, cause } = job.manifest
    const { requester, payWei } = order
    // Its text is long: said once, not with every unit.
    if (this.#shownJob !== order.job)
      this.#around.showJob({ id: order.job, name, summary, cause, requester, wgsl: job.wgsl, payWei })
    this.#shownJob = order.job
    const { unitCount } = planJob(job.manifest)
    this.#unit = { assignment: order.assignment, index: order.unit, unitCount }
    this.#show()
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    const wakeMs = nextWakeMs(this.#session)
    if (wakeMs === undefined) return
    this.#timer = setTimeout(
      () => {
        this.#dispatch({ type: 'timePassed' })
      },
      // Rounded up: a timer that fires a fraction early would only be set again.
      Math.max(0, Math.ceil(wakeMs - this.#around.nowMs())),
    )
  }

  #show(): void {
    if (this.#session.phase.kind !== 'stopped') {
      this.#around.showView(this.#view())
    } else if (!this.#ended) {
      this.#ended = true
      // The page ends this worker when it sees the state, so the farewell goes out first.
      void this.#farewell.then(() => {
        this.#around.runner.close()
        this.#around.showView(this.#view())
      })
    }
  }

  #view(): ProviderView {
    const { counts, sums, settings } = this.#session
    const unit = this.#unit
    const running = unit && this.#session.held.get(unit.assignment)?.kind === 'computing'
    return {
      state: sessionStateOf(this.#session, this.#around.nowMs()),
      unit: running ? { index: unit.index, unitCount: unit.unitCount } : undefined,
      provider: settings.key.provider,
      unitsComputed: counts.computed,
      unitsAccepted: counts.accepted,
      unitsRefused: counts.refused,
      ...sums,
      adapter: this.#around.adapter,
    }
  }
}

/** What a failed computation means for the session. Anything not foreseen is thrown on. */
function failureOf(assignment: AssignmentId, error: unknown): SessionEvent {
  if (error instanceof DataUnavailableError)
    return { type: 'unitFailed', assignment, reason: 'dataUnavailable' }
  if (error instanceof Refusal) return { type: 'unitFailed', assignment, reason: 'kernelFailed' }
  if (!(error instanceof RunnerError)) throw error
  switch (error.code) {
    case 'noWebGpu':
    case 'noAdapter':
    case 'softwareAdapterOnly':
    case 'deviceLost':
      return { type: 'gpuLost' }
    case 'compileFailed':
    case 'tooLargeForDevice':
    case 'invalidJob':
    case 'unwritten':
    case 'hung':
      return { type: 'unitFailed', assignment, reason: 'kernelFailed' }
    default:
      return unreachable(error.code)
  }
}
