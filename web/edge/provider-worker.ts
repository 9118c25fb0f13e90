/**
 * The dedicated worker's entry: the whole session runs here, so that the page's main thread stays idle and a hidden
 * tab, whose main thread is throttled to a tick a second, keeps its pace.
 */
import { expose, transfer, type Remote } from 'comlink'
import { toHex } from '#protocol/bytes.ts'
import { idleView, type StopReason } from '#web/core/contributor-view.ts'
import { BlobCache } from './blob-cache.ts'
import { blobFetcher } from './coordinator-api.ts'
import { indexedBlobStore, openDatabase } from './database.ts'
import { loadSessionKey } from './identity.ts'
import { JobLibrary } from './job-library.ts'
import type { ProviderHost, ProviderOptions, ProviderView, ProviderWorker } from './provider-api.ts'
import { ProviderLoop } from './provider-loop.ts'
import { Runner } from './runner/runner.ts'
import { RunnerError } from './runner/runner-error.ts'
import { ViewPacer } from './view-pacer.ts'

/** Units on the GPU at once: the runner's two lanes. */
const capacity = 2
/** Inputs of a few jobs; browsers let a site keep far more. */
const blobBytesMax = 512 * 1024 * 1024

let loop: ProviderLoop | undefined
let stopAsked: 'now' | 'afterUnit' | undefined

const api: ProviderWorker = {
  start(options, host) {
    // Over Comlink the host arrives as a remote object, whose calls need no answer.
    begin(options, host as unknown as Remote<ProviderHost>).catch(reportError)
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

async function begin(options: ProviderOptions, host: Remote<ProviderHost>): Promise<void> {
  const pacer = new ViewPacer((view) => void host.showView(view))
  const gpu = 'gpu' in navigator ? navigator.gpu : undefined
  if (!gpu) {
    pacer.show(stoppedView('noWebGpu'))
    return
  }
  const runner = new Runner(gpu, { allowSoftwareAdapter: options.allowSoftwareAdapter })
  const adapter = await runner.describe().catch((error: unknown) => stopReasonOf(error))
  if (typeof adapter !== 'string') {
    pacer.show(stoppedView(adapter.reason))
    return
  }
  const database = await openDatabase()
  const blobs = new BlobCache(indexedBlobStore(database), blobFetcher(options.baseUrl), {
    bytesMax: blobBytesMax,
    nowMs: () => Date.now(),
  })
  loop = new ProviderLoop({
    key: await loadSessionKey(database),
    capacity,
    adapter,
    jobs: new JobLibrary(blobs),
    runner,
    openLink: (link) => void host.openLink(link),
    closeLink: (link) => void host.closeLink(link),
    showView: (view) => {
      pacer.show(view)
    },
    showJob: (job) => void host.showJob(job),
    showTile: (tile) => void host.showTile(transfer(tile, [tile.pixels.buffer])),
    crash: reportError,
    nowMs: () => performance.now(),
    random: () => Math.random(),
    nonce: () => toHex(crypto.getRandomValues(new Uint8Array(32))),
  })
  loop.start()
  if (stopAsked) loop.stop(stopAsked)
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
