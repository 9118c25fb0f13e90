import type { Page } from 'playwright'

/** What a page did before anybody pressed anything. */
export interface Footprint {
  /** Requests beyond the page's own files. */
  readonly requests: readonly string[]
  /** Stored things and opened doors by name; all must be zero. */
  readonly traces: Readonly<Record<string, number>>
}

/** Counts, from before the page's first script on, whatever opens a connection, a worker or the GPU. */
export async function watchFootprint(page: Page): Promise<() => Promise<Footprint>> {
  const requests: string[] = []
  page.on('request', (request) => {
    const own = ['document', 'script', 'stylesheet'].includes(request.resourceType())
    if (!own && !request.url().endsWith('/favicon.svg'))
      requests.push(`${request.resourceType()} ${request.url()}`)
  })
  await page.addInitScript(countDoors)
  return async () => ({ requests, traces: await page.evaluate(readTraces) })
}

declare global {
  var doorsOpened: Record<string, number>
}

function countDoors(): void {
  globalThis.doorsOpened = {}
  const scope = globalThis as unknown as Record<string, new (...rest: unknown[]) => object>
  for (const name of [
    'WebSocket',
    'RTCPeerConnection',
    'Worker',
    'SharedWorker',
    'EventSource',
    'BroadcastChannel',
  ]) {
    const Original = scope[name]
    if (!Original) continue
    scope[name] = class extends Original {
      constructor(...rest: unknown[]) {
        super(...rest)
        globalThis.doorsOpened[name] = (globalThis.doorsOpened[name] ?? 0) + 1
      }
    }
  }
  const gpu = (navigator as { gpu?: { requestAdapter: (...rest: unknown[]) => unknown } }).gpu
  if (!gpu) return
  const requestAdapter = gpu.requestAdapter.bind(gpu)
  gpu.requestAdapter = (...rest: unknown[]) => {
    globalThis.doorsOpened['requestAdapter'] = (globalThis.doorsOpened['requestAdapter'] ?? 0) + 1
    return requestAdapter(...rest)
  }
}

async function readTraces(): Promise<Record<string, number>> {
  const locks = await navigator.locks.query()
  return {
    ...globalThis.doorsOpened,
    indexedDB: (await indexedDB.databases()).length,
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    cookies: document.cookie.length,
    caches: (await caches.keys()).length,
    serviceWorkers: (await navigator.serviceWorker.getRegistrations()).length,
    locks: (locks.held?.length ?? 0) + (locks.pending?.length ?? 0),
  }
}
