import { unreachable } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { SessionKey } from '#protocol/session-key.ts'
import type { Runner } from '#runner/runner.ts'
import { BusyShare } from '#web/core/busy-share.ts'
import type { CurrentJob, LossReason, UnitNews } from '#web/core/contributor-view.ts'
import { PreviewMaker } from '#web/core/preview-tile.ts'
import {
  createSession,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type UnitOrder,
} from '#web/core/session-state.ts'
import { sessionStateOf } from '#web/core/session-view.ts'
import { nextWakeMs, step } from '#web/core/session.ts'
import { resultDigestOf } from './content-digest.ts'
import { Conversation } from './conversation.ts'
import { areasOf, currentJobOf } from './current-job.ts'
import type { JobLibrary, LoadedJob } from './job-library.ts'
import type { ProviderView } from './provider-api.ts'
import { timeStart } from './start-timing.ts'
import { failureOf } from './unit-failure.ts'

const tickMs = 1_000

/** What the loop acts upon. */
export interface ProviderSurroundings {
  readonly key: SessionKey
  readonly lanes: number
  readonly adapter: string
  readonly jobs: Pick<JobLibrary, 'load'>
  readonly runner: Pick<Runner, 'describe' | 'run' | 'pause' | 'resume' | 'usage' | 'close'>
  /** Asks the page for a link; `attachLink` or `linkFailed` answers. */
  openLink(link: number): void
  /** Lets the page tear down what carried the link. */
  closeLink(link: number): void
  showView(view: ProviderView): void
  showJob(job: CurrentJob): void
  showUnit(news: UnitNews): void
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
  #ticker: ReturnType<typeof setInterval> | undefined
  /** What is on the GPU. */
  readonly #running = new Map<AssignmentId, { readonly order: UnitOrder; readonly job: LoadedJob }>()
  readonly #previews = new PreviewMaker()
  readonly #busy = new BusyShare()
  #shownJob: JobId | undefined
  #farewell: Promise<void> = Promise.resolve()
  #ended = false

  constructor(around: ProviderSurroundings) {
    this.#around = around
    this.#session = createSession({ key: around.key, lanes: around.lanes })
  }

  start(): void {
    // Waits count down, and the share of GPU time changes, without any event.
    this.#ticker = setInterval(() => {
      this.#show()
    }, tickMs)
    this.#dispatch({ type: 'startAsked' })
  }

  resume(): void {
    this.#dispatch({ type: 'resumeAsked' })
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
    // What is in flight is nobody's any more, and must not go on behind the contributor's back.
    if (this.#session.phase.kind === 'halted') this.#around.runner.pause()
    this.#setTimer()
    this.#show()
  }

  #perform(effect: SessionEffect): void {
    switch (effect.type) {
      case 'openLink':
        this.#linkNumber += 1
        this.#around.runner.resume()
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
      case 'probeGpu':
        void this.#probe()
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
    const arrivedMs = performance.now()
    try {
      const job = await this.#around.jobs.load(order.spec)
      if (!this.#session.held.has(assignment)) return
      this.#running.set(assignment, { order, job })
      this.#show()
      const beganMs = performance.now()
      const { result, startedAfterMs } = await this.#around.runner.run(job.sourceFor(order.job), unit)
      timeStart(arrivedMs, beganMs + startedAfterMs)
      const resultDigest = await resultDigestOf(result)
      const nonce = this.#around.nonce()
      this.#dispatch({ type: 'unitComputed', assignment, result, resultDigest, nonce })
      const tiles = this.#previews.tilesOf(order.job, job.manifest, unit, result)
      this.#around.showUnit({ job: order.job, unit, tiles })
    } catch (error) {
      this.#dispatch(failureOf(assignment, error))
    } finally {
      this.#running.delete(assignment)
      this.#show()
    }
  }

  /** Asks for an adapter and nothing else: it needs no device, and harms nobody if the GPU is stuck. */
  async #probe(): Promise<void> {
    const found = await this.#around.runner.describe().then(
      () => true,
      () => false,
    )
    this.#dispatch({ type: 'gpuProbed', found })
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
      clearInterval(this.#ticker)
      // The page ends this worker when it sees the state, so the farewell goes out first.
      void this.#farewell.then(() => {
        this.#around.runner.close()
        this.#around.showView(this.#view())
      })
    }
  }

  #view(): ProviderView {
    const { counts, sums, settings, incidents } = this.#session
    return {
      state: sessionStateOf(this.#session, this.#around.nowMs()),
      unit: this.#unitShown(),
      provider: settings.key.provider,
      unitsComputed: counts.computed,
      unitsAccepted: counts.accepted,
      unitsRefused: counts.refused,
      incidents,
      gpuBusy: this.#busy.note(this.#around.runner.usage()),
      ...sums,
      adapter: this.#around.adapter,
    }
  }

  /** The unit to show of those on the GPU: one of the job that is shown already, else of another, which is told first. */
  #unitShown(): ProviderView['unit'] {
    const running = [...this.#running.values()].filter(
      ({ order }) => this.#session.held.get(order.assignment)?.kind === 'computing',
    )
    const shown = running.findLast(({ order }) => order.job === this.#shownJob) ?? running.at(-1)
    if (!shown) return undefined
    const { order, job } = shown
    // Its text is long: said once, not with every unit.
    if (this.#shownJob !== order.job) this.#around.showJob(currentJobOf(order, job.manifest, job.wgsl))
    this.#shownJob = order.job
    return { index: order.unit, areas: areasOf(job.manifest, order.unit) }
  }
}
