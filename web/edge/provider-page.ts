import { proxy, transfer } from 'comlink'
import type { CurrentJob, LossReason, OfferView, UnitNews } from '#web/core/contributor-view.ts'
import type { OfferSettings } from '#web/core/offer.ts'
import type { PaceWish } from '#web/core/pace.ts'
import { bridgeChannel } from './channel-bridge.ts'
import { canTransferChannels, CoordinatorLink } from './coordinator-link.ts'
import type {
  ProviderHost,
  ProviderOptions,
  ProviderView,
  ProviderWorker,
  WorkerOptions,
} from './provider-api.ts'
import { WorkerClient } from './worker-client.ts'

export interface ProviderPageListener {
  onView(view: ProviderView): void
  onJob(job: CurrentJob): void
  onUnit(news: UnitNews): void
  onOffer(offer: OfferView): void
  /** The worker is gone; what it held is lost, and this page's end with it. */
  onCrash(): void
}

/** How often the worker is asked whether it lives, and how long it may take to say so. */
const pingMs = 5_000
const pongMsMax = 15_000

/** One worker and the peer connection it speaks through: the main thread's share of a session. */
export class ProviderPage {
  readonly #options: ProviderOptions
  readonly #listener: ProviderPageListener
  readonly #client: WorkerClient<ProviderWorker>
  /** Asked once, before any link: a channel must be given away in the very task that makes it. */
  readonly #transferable = canTransferChannels()
  readonly #pings: ReturnType<typeof setInterval>
  #ended = false
  #link: { readonly number: number; readonly carrier: CoordinatorLink } | undefined

  constructor(options: WorkerOptions, listener: ProviderPageListener) {
    this.#options = options
    this.#listener = listener
    const worker = new Worker(new URL('./provider-worker.ts', import.meta.url), {
      type: 'module',
      name: 'mask provider',
    })
    const crash = () => {
      this.#crash()
    }
    this.#client = new WorkerClient<ProviderWorker>(worker, crash)
    this.#pings = setInterval(() => {
      this.#client.call((remote) => remote.ping(), pongMsMax).catch(crash)
    }, pingMs)
    const host = proxy(this.#host())
    this.#client.call((remote) => remote.start(options, host)).catch(crash)
  }

  /** Settles when the worker has heard it. */
  async stop(when: 'now' | 'afterUnit'): Promise<void> {
    await this.#client.call((remote) => remote.stop(when))
  }

  resume(): void {
    this.#client.call((remote) => remote.resume()).catch(this.#ignore)
  }

  setPace(pace: PaceWish): void {
    this.#client.call((remote) => remote.setPace(pace)).catch(this.#ignore)
  }

  want(settings: OfferSettings): void {
    this.#client.call((remote) => remote.want(settings)).catch(this.#ignore)
  }

  /** Ends worker and connection at once. */
  end(): void {
    this.#ended = true
    clearInterval(this.#pings)
    this.#link?.carrier.close()
    this.#link = undefined
    this.#client.end()
  }

  /** Once only: a dead worker fails every call that still waits. */
  #crash(): void {
    if (this.#ended) return
    this.end()
    this.#listener.onCrash()
  }

  #host(): ProviderHost {
    return {
      openLink: (link) => {
        this.#openLink(link)
      },
      closeLink: (link) => {
        if (this.#link?.number !== link) return
        this.#link.carrier.close()
        this.#link = undefined
      },
      showView: (view) => {
        this.#listener.onView(view)
      },
      showJob: (job) => {
        this.#listener.onJob(job)
      },
      showUnit: (news) => {
        this.#listener.onUnit(news)
      },
      showOffer: (offer) => {
        this.#listener.onOffer(offer)
      },
    }
  }

  /** A worker that cannot be told has crashed, and that is told elsewhere. */
  readonly #ignore = (): void => undefined

  #openLink(number: number): void {
    this.#link?.carrier.close()
    const carrier = new CoordinatorLink(this.#options.baseUrl, {
      onChannel: (channel) => {
        this.#attach(number, channel)
      },
      onLost: (reason) => {
        this.#tellLoss(number, reason)
      },
    })
    this.#link = { number, carrier }
  }

  #attach(number: number, channel: RTCDataChannel): void {
    let given: RTCDataChannel | MessagePort = channel
    if (!this.#transferable) {
      const { port1, port2 } = new MessageChannel()
      bridgeChannel(channel, port1)
      given = port2
    }
    this.#client
      .call((remote) => remote.attachLink(number, transfer(given, [given])))
      .catch(() => {
        this.#tellLoss(number, 'connectionLost')
      })
  }

  #tellLoss(number: number, reason: LossReason): void {
    this.#client.call((remote) => remote.linkFailed(number, reason)).catch(this.#ignore)
  }
}
