/**
 * The dedicated worker's entry: the whole session runs here, so that the page's main thread stays idle and a hidden
 * tab, whose main thread is throttled to a tick a second, keeps its pace.
 */
import { expose, transfer, type Remote } from 'comlink'
import { toHex } from '#protocol/bytes.ts'
import type { SessionKey } from '#protocol/session-key.ts'
import { withDeadline } from '#runner/deadline.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { Runner, type RunnerOptions } from '#runner/runner.ts'
import { idleView, type StopReason } from '#web/core/contributor-view.ts'
import type { OfferSettings } from '#web/core/offer.ts'
import type { PaceWish } from '#web/core/pace.ts'
import { BlobCache } from './blob-cache.ts'
import { blobFetcher, fetchGoingRate } from './coordinator-api.ts'
import { indexedBlobStore, openDatabase, type Database } from './database.ts'
import { loadSessionKey } from './identity.ts'
import { JobLibrary } from './job-library.ts'
import { OfferDesk } from './offer-desk.ts'
import { OfferMaker } from './offer-maker.ts'
import { indexedOfferStore } from './offer-store.ts'
import type { ProviderHost, ProviderView, ProviderWorker, WorkerOptions } from './provider-api.ts'
import { ProviderLoop } from './provider-loop.ts'
import { ViewPacer } from './view-pacer.ts'

/** Units on the GPU at once: the runner's. */
const lanes = 2
/** Inputs of a few jobs; browsers let a site keep far more. */
const blobBytesMax = 512 * 1024 * 1024
const storageMsMax = 10_000

let loop: ProviderLoop | undefined
let runner: Runner | undefined
/** The latest pace asked for. */
let wish: PaceWish | undefined
let maker: OfferMaker | undefined
/** What the contributor wants, if that was said on this page. */
let wanted: OfferSettings | undefined
let stopAsked: 'now' | 'afterUnit' | undefined

const api: ProviderWorker = {
  start(options, host) {
    // Over Comlink the host arrives as a remote object, whose calls need no answer.
    begin(options, host as unknown as Remote<ProviderHost>).catch(reportError)
  },
  resume() {
    loop?.resume()
  },
  setPace(pace) {
    wish = pace
    runner?.setPace(pace)
  },
  want(settings) {
    wanted = settings
    maker?.want(settings)
  },
  stop(when) {
    stopAsked = when
    loop?.stop(when)
  },
  attachLink(link, carrier) {
    loop?.attachLink(link, carrier)
  },
  linkFailed(link, reason) {
    loop?.linkFailed(link, reason)
  },
  ping() {
    // That it answers is the answer.
  },
}

expose(api)

async function begin(options: WorkerOptions, host: Remote<ProviderHost>): Promise<void> {
  const pacer = new ViewPacer((view) => void host.showView(view))
  const gpu = 'gpu' in navigator ? navigator.gpu : undefined
  if (!gpu) {
    pacer.show(stoppedView('noWebGpu'))
    return
  }
  runner = new Runner(gpu, runnerOptionsOf(options))
  const adapter = await runner.describe().catch((error: unknown) => stopReasonOf(error))
  if (typeof adapter !== 'string') {
    pacer.show(stoppedView(adapter.reason))
    return
  }
  const kept = await openBelongings()
  if (!kept) {
    pacer.show(stoppedView('storageUnavailable'))
    return
  }
  const offers = await openOffers(options, host, kept.database, runner, adapter)
  const blobs = new BlobCache(indexedBlobStore(kept.database), blobFetcher(options.baseUrl, offers.maker), {
    bytesMax: blobBytesMax,
    nowMs: () => Date.now(),
  })
  loop = new ProviderLoop({
    key: kept.key,
    lanes,
    adapter,
    jobs: new JobLibrary(blobs),
    runner,
    makeOffer: () => offers.maker.make(),
    openLink: (link) => void host.openLink(link),
    closeLink: (link) => void host.closeLink(link),
    showView: (view) => {
      pacer.show(view)
    },
    showJob: (job) => void host.showJob(job),
    showUnit: (news) => {
      const pixels = news.tiles.map((tile) => tile.pixels.buffer)
      void host.showUnit(transfer(news, pixels))
    },
    crash: reportError,
    nowMs: () => performance.now(),
    random: () => Math.random(),
    nonce: () => toHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  loop.start()
  offers.desk.open()
  if (stopAsked) loop.stop(stopAsked)
}

/** What this device has and its contributor wants, and whom to tell of it. */
async function openOffers(
  { baseUrl, settings }: WorkerOptions,
  host: Remote<ProviderHost>,
  database: Database,
  device: Runner,
  adapter: string,
): Promise<{ readonly maker: OfferMaker; readonly desk: OfferDesk }> {
  const around = {
    store: indexedOfferStore(database),
    runner: device,
    device: `${adapter} | ${navigator.userAgent}`,
    nowMs: () => Date.now(),
    today: () => dayOf(new Date()),
    onChange: () => {
      desk.look()
    },
  }
  maker = await OfferMaker.open(around, wanted ?? settings)
  const desk = new OfferDesk({
    maker,
    fetchGoingRate: () => fetchGoingRate(baseUrl),
    showOffer: (view) => void host.showOffer(view),
    stateOffer: (offer) => loop?.offer(offer),
  })
  return { maker, desk }
}

/** The day of the local calendar. */
function dayOf(date: Date): string {
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}

function runnerOptionsOf({
  allowSoftwareAdapter,
  watchdogMs,
  memoryMiB,
  pace,
}: WorkerOptions): RunnerOptions {
  const watchdog = watchdogMs === undefined ? {} : { watchdogMsMin: watchdogMs, unknownMsMax: watchdogMs }
  const memory = memoryMiB === undefined ? {} : { memoryBytesMax: memoryMiB * 1024 * 1024 }
  return { allowSoftwareAdapter, pace: wish ?? pace, ...watchdog, ...memory }
}

/**
 * What this browser keeps for its contributor; undefined where it keeps nothing. Blobs could do without it, but the key
 * of the account that is paid cannot: whoever computed would earn into nowhere.
 */
async function openBelongings(): Promise<{ database: Database; key: SessionKey } | undefined> {
  try {
    const refused = () => new Error('IndexedDB gives no answer.')
    const database = await withDeadline(openDatabase(), storageMsMax, refused)
    return { database, key: await withDeadline(loadSessionKey(database), storageMsMax, refused) }
  } catch {
    return undefined
  }
}

/** Why this device cannot lend its GPU; anything but a runner's word is a mistake of ours. */
function stopReasonOf(error: unknown): { readonly reason: StopReason } {
  if (!(error instanceof RunnerError)) throw error
  if (error.code === 'softwareAdapterOnly') return { reason: 'softwareAdapterOnly' }
  return { reason: error.code === 'deviceLost' ? 'browserRestartNeeded' : 'noAdapter' }
}

function stoppedView(reason: StopReason): ProviderView {
  return { ...idleView, state: { kind: 'stopped', reason } }
}
