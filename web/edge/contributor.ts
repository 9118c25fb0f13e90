import { backoffMs, linkBackoff } from '#web/core/backoff.ts'
import {
  idleView,
  type Contributor,
  type ContributorView,
  type CurrentJob,
  type OfferView,
  type SessionState,
  type StopReason,
  type UnitNews,
} from '#web/core/contributor-view.ts'
import { mergeIncidents, withIncident } from '#web/core/incident.ts'
import type { OfferSettings } from '#web/core/offer.ts'
import { paceOf, usualIntensity, type Attention, type PaceWish } from '#web/core/pace.ts'
import type { ProviderOptions, ProviderView } from './provider-api.ts'
import { ProviderPage } from './provider-page.ts'
import { takeRunnerLock } from './runner-lock.ts'

/** How long a stop may take before the worker is ended without its word. */
const stopMsMax = 5_000

/**
 * The contributor of this page. Opens, stores and computes nothing before `start`.
 *
 * @param options `baseUrl`: the origin that serves page, API and signalling. `allowSoftwareAdapter`: for tests and demonstrations.
 * @example const contributor = createContributor({ baseUrl: location.origin, allowSoftwareAdapter: false })
 */
export function createContributor(options: ProviderOptions): Contributor {
  return new PageContributor(options)
}

type Counts = Pick<
  ContributorView,
  'unitsComputed' | 'unitsAccepted' | 'unitsProvisional' | 'unitsRefused' | 'incidents'
>

class PageContributor implements Contributor {
  readonly #options: ProviderOptions
  readonly #viewListeners = new Set<(view: ContributorView) => void>()
  readonly #unitListeners = new Set<(news: UnitNews) => void>()
  #view: ContributorView = idleView
  #intensity = usualIntensity
  /** What was wanted on this page; what was kept before is the worker's to find. */
  #settings: OfferSettings | undefined
  #attention: Attention = { visible: true, sinceInputMs: 0 }
  #job: CurrentJob | undefined
  #page: ProviderPage | undefined
  #releaseLock: (() => void) | undefined
  #crashes = 0
  /** What workers that crashed had counted. */
  #countsBefore: Counts = idleView
  #restart: ReturnType<typeof setTimeout> | undefined
  #settled: PromiseWithResolvers<void> | undefined
  #stopped: PromiseWithResolvers<void> | undefined

  constructor(options: ProviderOptions) {
    this.#options = options
  }

  get view(): ContributorView {
    return this.#view
  }

  onChange(listener: (view: ContributorView) => void): () => void {
    this.#viewListeners.add(listener)
    return () => this.#viewListeners.delete(listener)
  }

  onUnit(listener: (news: UnitNews) => void): () => void {
    this.#unitListeners.add(listener)
    return () => this.#unitListeners.delete(listener)
  }

  lend(intensity: number): void {
    this.#intensity = intensity
    this.#page?.setPace(this.#pace())
  }

  attend(attention: Attention): void {
    const before = this.#pace()
    this.#attention = attention
    if (this.#pace().submitMs !== before.submitMs) this.#page?.setPace(this.#pace())
  }

  want(settings: OfferSettings): void {
    const { offer, state } = this.#view
    if (!offer) return
    this.#settings = settings
    this.#page?.want(settings)
    this.#show({ state, offer: { ...offer, settings } })
  }

  resume(): void {
    this.#page?.resume()
  }

  #pace(): PaceWish {
    return paceOf(this.#attention, this.#intensity)
  }

  async start(): Promise<void> {
    if (this.#settled) return this.#settled.promise
    this.#settled = Promise.withResolvers()
    this.#stopped = Promise.withResolvers()
    const { provider, offer, pendingWei, earnedWei, claimableWei, claimedWei } = this.#view
    const sums = { pendingWei, earnedWei, claimableWei, claimedWei }
    this.#view = { ...idleView, provider, offer, ...sums }
    this.#countsBefore = idleView
    this.#crashes = 0
    addEventListener('pagehide', this.#leave)
    const { promise } = this.#settled
    try {
      await this.#begin()
    } catch (error) {
      // No worker, no WebRTC: nothing has begun, and whoever called hears why.
      this.#end({ kind: 'idle' })
      throw error
    }
    return promise
  }

  async stop(when: 'now' | 'afterUnit'): Promise<void> {
    const stopped = this.#stopped
    if (!stopped) return
    const page = this.#page
    if (!page) {
      this.#finish('byUser')
      return
    }
    const late = () => {
      this.#finish('byUser')
    }
    const alarm = when === 'now' ? setTimeout(late, stopMsMax) : undefined
    page.stop(when).catch(late)
    await stopped.promise
    clearTimeout(alarm)
  }

  async #begin(): Promise<void> {
    this.#show({ state: { kind: 'starting', step: 'checkingGpu' } })
    if (!('gpu' in navigator)) {
      this.#finish('noWebGpu')
      return
    }
    const session = this.#stopped
    const release = await takeRunnerLock()
    if (session !== this.#stopped) release?.()
    else if (!release) this.#finish('otherTabRunning')
    else {
      this.#releaseLock = release
      this.#launch()
    }
  }

  #launch(): void {
    this.#show({ state: { kind: 'starting', step: 'openingWorker' } })
    this.#page = new ProviderPage(
      { ...this.#options, pace: this.#pace(), settings: this.#settings },
      {
        onView: (view) => {
          this.#take(view)
        },
        onJob: (job) => {
          this.#job = job
        },
        onUnit: (news) => {
          for (const listener of this.#unitListeners) listener(news)
        },
        onOffer: (offer) => {
          this.#takeOffer(offer)
        },
        onCrash: () => {
          this.#recover()
        },
      },
    )
  }

  #take(view: ProviderView): void {
    if (!this.#page) return
    const { state } = view
    const shown = state.kind === 'stopped' ? this.#view.state : state
    const { offer } = this.#view
    this.#show({ ...view, ...this.#total(view), offer, job: jobOf(view, this.#job), state: shown })
    if (view.unitsAccepted + view.unitsProvisional > 0) this.#crashes = 0
    if (state.kind === 'waiting' || state.kind === 'working' || state.kind === 'halted')
      this.#settled?.resolve()
    if (state.kind === 'stopped') this.#finish(state.reason)
  }

  /** What was just wanted here may be newer than what the worker knows. */
  #takeOffer(offer: OfferView): void {
    const { state } = this.#view
    this.#show({ state, offer: { ...offer, settings: this.#settings ?? offer.settings } })
  }

  #total(view: ProviderView): Counts {
    const before = this.#countsBefore
    return {
      unitsComputed: before.unitsComputed + view.unitsComputed,
      unitsAccepted: before.unitsAccepted + view.unitsAccepted,
      unitsProvisional: before.unitsProvisional + view.unitsProvisional,
      unitsRefused: before.unitsRefused + view.unitsRefused,
      incidents: mergeIncidents(before.incidents, view.incidents),
    }
  }

  /** A worker that crashed is started again, ever later if it keeps crashing. */
  #recover(): void {
    this.#page = undefined
    this.#crashes += 1
    const incidents = withIncident(this.#view.incidents, 'workerCrashed')
    this.#countsBefore = { ...this.#view, incidents }
    const retryInMs = backoffMs(linkBackoff, this.#crashes, Math.random())
    const state = {
      kind: 'reconnecting',
      attempt: this.#crashes,
      retryInMs,
      reason: 'workerCrashed',
    } as const
    this.#show({ state, job: undefined, unit: undefined, gpuBusy: undefined, incidents })
    this.#restart = setTimeout(() => {
      this.#launch()
    }, retryInMs)
  }

  #finish(reason: StopReason): void {
    this.#end({ kind: 'stopped', reason })
  }

  #end(state: SessionState): void {
    removeEventListener('pagehide', this.#leave)
    clearTimeout(this.#restart)
    this.#page?.end()
    this.#page = undefined
    this.#releaseLock?.()
    this.#releaseLock = undefined
    const settled = this.#settled
    const stopped = this.#stopped
    this.#settled = undefined
    this.#stopped = undefined
    this.#show({ state, job: undefined, unit: undefined, gpuBusy: undefined })
    settled?.resolve()
    stopped?.resolve()
  }

  /**
   * The page goes away, perhaps into the cache for going back, and everything of it stops with this task: no worker
   * could still say goodbye. Closing the connection tells the coordinator as much, and at once.
   */
  readonly #leave = (): void => {
    this.#finish('byUser')
  }

  #show(changes: Partial<ContributorView> & { readonly state: SessionState }): void {
    this.#view = { ...this.#view, ...changes }
    for (const listener of this.#viewListeners) listener(this.#view)
  }
}

/** A job is shown while one of its units is on the GPU or about to be. */
function jobOf(view: ProviderView, job: CurrentJob | undefined): CurrentJob | undefined {
  const busy = view.unit !== undefined || view.state.kind === 'working' || view.state.kind === 'finishing'
  return busy ? job : undefined
}
