import { unreachable } from '#protocol/assert.ts'
import type { AssignmentId, JobId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { Offer } from '#protocol/offer.ts'
import { checkSourceOf } from '#runner/check-source.ts'
import type { UnitOutcome } from '#runner/job-source.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { BusyShare } from '#web/core/busy-share.ts'
import type { LossReason } from '#web/core/contributor-view.ts'
import { PreviewMaker } from '#web/core/preview-tile.ts'
import {
  createSession,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type UnitOrder,
} from '#web/core/session-state.ts'
import { sessionStateOf } from '#web/core/session-view.ts'
import { nextWakeMs } from '#web/core/session-wake.ts'
import { step } from '#web/core/session.ts'
import { resultDigestOf } from './content-digest.ts'
import { Conversation } from './conversation.ts'
import { areasOf, currentJobOf } from './current-job.ts'
import type { LoadedJob } from './job-library.ts'
import type { ProviderView } from './provider-api.ts'
import type { ProviderSurroundings } from './provider-surroundings.ts'
import { timeStart } from './start-timing.ts'
import { failureOf } from './unit-failure.ts'

const tickMs = 1_000

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

  /** What this device has and its contributor wants from now on. */
  offer(offer: Offer): void {
    this.#dispatch({ type: 'offerMade', offer })
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
      onMessage: (message, payload) => {
        if (current()) this.#hear(message, payload)
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

  #hear(message: FromCoordinator, payload: Uint8Array<ArrayBuffer>): void {
    this.#dispatch({ type: 'messageReceived', message, payload })
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
      case 'makeOffer':
        void this.#makeOffer()
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
      const { result, startedAfterMs } = await run(this.#around.runner, order, job)
      timeStart(arrivedMs, beganMs + startedAfterMs)
      const resultDigest = await resultDigestOf(result)
      const nonce = this.#around.nonce()
      this.#dispatch({ type: 'unitComputed', assignment, result, resultDigest, nonce })
      // What a check says is no part of the job's picture.
      if (order.task) return
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

  async #makeOffer(): Promise<void> {
    try {
      this.offer(await this.#around.makeOffer())
    } catch (error) {
      if (error instanceof RunnerError) this.#dispatch({ type: 'offerFailed' })
      else this.#around.crash(error)
    }
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
      unitsProvisional: counts.provisional,
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
    return { index: order.unit, areas: order.task ? [] : areasOf(job.manifest, order.unit) }
  }
}

/** The unit itself; or spots of several units; or the job's verify kernel over a result of that unit. */
async function run(
  runner: ProviderSurroundings['runner'],
  { job: id, task, unit, candidate }: UnitOrder,
  job: LoadedJob,
): Promise<Pick<UnitOutcome, 'result' | 'startedAfterMs'>> {
  const source = job.sourceFor(id)
  switch (task?.kind) {
    case undefined:
      return await runner.run(source, unit)
    case 'spots':
      return await runner.runSpots(source, task.spots)
    case 'check': {
      const check = await job.loadCheck()
      return await runner.run(checkSourceOf(source, check, unit, candidate ?? new Uint8Array()), unit)
    }
    default:
      return unreachable(task)
  }
}
