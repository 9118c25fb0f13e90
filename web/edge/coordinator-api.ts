import * as v from 'valibot'
import { marketViewSchema, ticketViewSchema, type TicketView } from '#protocol/api.ts'
import { concatBytes } from '#protocol/bytes.ts'
import { limits } from '#protocol/limits.ts'
import type { FetchBlob } from './blob-cache.ts'

const ticketMsMax = 10_000
const blobMsMax = 120_000
const marketMsMax = 10_000

/** Asks for admission to the signalling server. Throws when the coordinator cannot be reached or declines. */
export async function requestTicket(baseUrl: string): Promise<TicketView> {
  const response = await fetch(new URL('/api/v1/tickets', baseUrl), {
    method: 'POST',
    signal: AbortSignal.timeout(ticketMsMax),
  })
  if (!response.ok) throw new Error(`The coordinator answers ${response.status} to a request for a ticket.`)
  return v.parse(ticketViewSchema, await response.json())
}

const ratesSchema = v.pick(marketViewSchema, ['goingRateWeiPerHour'])

/** What an hour of a GPU was paid lately, in wei; undefined where the coordinator knows none or gives no answer. */
export async function fetchGoingRate(baseUrl: string): Promise<bigint | undefined> {
  try {
    const response = await fetch(new URL('/api/v1/market', baseUrl), {
      signal: AbortSignal.timeout(marketMsMax),
    })
    const market = v.safeParse(ratesSchema, await response.json())
    return market.success ? market.output.goingRateWeiPerHour?.median : undefined
  } catch {
    return undefined
  }
}

/** Whoever counts what is downloaded; both throw where there shall be no more. */
export interface DownloadMeter {
  mayDownload(): void
  download(bytes: number): void
}

/** Fetches blobs from the coordinator; more than `limits.blobBytesMax` bytes are not read. */
export function blobFetcher(baseUrl: string, meter: DownloadMeter): FetchBlob {
  return async (id) => {
    meter.mayDownload()
    const response = await fetch(new URL(`/api/v1/blobs/${id}`, baseUrl), {
      signal: AbortSignal.timeout(blobMsMax),
    })
    if (!response.ok || !response.body) throw new Error(`The coordinator answers ${response.status}.`)
    const parts: Uint8Array<ArrayBuffer>[] = []
    let total = 0
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      total += value.length
      try {
        meter.download(value.length)
        if (total > limits.blobBytesMax)
          throw new Error(`The blob has more than ${limits.blobBytesMax} bytes.`)
      } catch (error) {
        await reader.cancel()
        throw error
      }
    }
    return concatBytes(...parts)
  }
}
