import * as v from 'valibot'
import { ticketViewSchema, type TicketView } from '#protocol/api.ts'
import { concatBytes } from '#protocol/bytes.ts'
import { limits } from '#protocol/limits.ts'
import type { FetchBlob } from './blob-cache.ts'

const ticketMsMax = 10_000
const blobMsMax = 120_000

/** Asks for admission to the signalling server. Throws when the coordinator cannot be reached or declines. */
export async function requestTicket(baseUrl: string): Promise<TicketView> {
  const response = await fetch(new URL('/api/v1/tickets', baseUrl), {
    method: 'POST',
    signal: AbortSignal.timeout(ticketMsMax),
  })
  if (!response.ok) throw new Error(`The coordinator answers ${response.status} to a request for a ticket.`)
  return v.parse(ticketViewSchema, await response.json())
}

/** Fetches blobs from the coordinator; more than `limits.blobBytesMax` bytes are not read. */
export function blobFetcher(baseUrl: string): FetchBlob {
  return async (id) => {
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
      if (total > limits.blobBytesMax) {
        await reader.cancel()
        throw new Error(`The blob has more than ${limits.blobBytesMax} bytes.`)
      }
    }
    return concatBytes(...parts)
  }
}
