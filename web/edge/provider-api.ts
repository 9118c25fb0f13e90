import type {
  ContributorView,
  CurrentJob,
  LossReason,
  OfferView,
  UnitNews,
} from '#web/core/contributor-view.ts'
import type { OfferSettings } from '#web/core/offer.ts'
import type { PaceWish } from '#web/core/pace.ts'

/** What a page and its worker say to each other, over Comlink. Both sides name a link by its number. */
export interface ProviderWorker {
  /** Begins a session and settles at once; how it goes, the host is shown. */
  start(options: WorkerOptions, host: ProviderHost): void
  resume(): void
  stop(when: 'now' | 'afterUnit'): void
  setPace(pace: PaceWish): void
  want(settings: OfferSettings): void
  /** Gives what `openLink` asked for: a transferred data channel, or a port to one. */
  attachLink(link: number, carrier: RTCDataChannel | MessagePort): void
  linkFailed(link: number, reason: LossReason): void
  /** Answers as long as the worker lives. */
  ping(): void
}

export interface ProviderOptions {
  readonly baseUrl: string
  readonly allowSoftwareAdapter: boolean
  /** How long a submit may be on the GPU before its kernel counts as hung; shortened by tests only. */
  readonly watchdogMs?: number | undefined
  /** GPU memory that one job may take; the runner's own bound where it is not said. */
  readonly memoryMiB?: number | undefined
}

export interface WorkerOptions extends ProviderOptions {
  readonly pace: PaceWish
  /** What the contributor wants; without it, what was kept the last time. */
  readonly settings: OfferSettings | undefined
}

/** The page, as the worker sees it: it has the peer connection, which workers cannot have, and the eyes. */
export interface ProviderHost {
  openLink(link: number): void
  closeLink(link: number): void
  showView(view: ProviderView): void
  /** The job of the unit that is shown from now on; said when it is another one than before. */
  showJob(job: CurrentJob): void
  /** A unit was computed. */
  showUnit(news: UnitNews): void
  /** What is offered has changed. */
  showOffer(offer: OfferView): void
}

/** The part of the view that changes often; a job's text and the offer are sent once. */
export type ProviderView = Omit<ContributorView, 'job' | 'offer'>
