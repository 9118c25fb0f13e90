import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { listen, type HttpServer } from '#coordinator/edge/http/http-server.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { NetworkNames } from '#coordinator/edge/webrtc/network-names.ts'
import { attachSignalling, signallingPath } from '#coordinator/edge/webrtc/signalling-server.ts'
import { Tickets } from '#coordinator/edge/webrtc/tickets.ts'
import { HandClock } from './hand-clock.ts'

let http: HttpServer
const clock = new HandClock()
const lost: string[] = []
const tickets = new Tickets(clock)
const met: string[] = []
/** Takes the loopback, over which this test comes, for an address of the outside. */
class SomeNetworks extends NetworkNames {
  override met(peer: string, address: string | undefined): void {
    met.push(`${peer} from ${String(address)}`)
    super.met(peer, '192.0.2.7')
  }
}
const networks = new SomeNetworks()

beforeAll(async () => {
  http = await listen('127.0.0.1', 0)
  const onLost = (peer: string) => {
    lost.push(peer)
  }
  attachSignalling(http.server, tickets, onLost, createLog('silent'), networks)
})
afterAll(() => http.close())

/** What the server says first: its opening message, or the status it refuses the connection with. */
async function knock(query: Record<string, string>): Promise<string> {
  const url = new URL(`ws://127.0.0.1:${http.port}${signallingPath}/peerjs`)
  url.search = new URLSearchParams({ key: 'peerjs', ...query }).toString()
  const socket = new WebSocket(url)
  try {
    return await new Promise<string>((resolve) => {
      socket.once('message', (data: Buffer) => {
        resolve(data.toString())
      })
      socket.once('unexpected-response', (_request, response) => {
        resolve(`status ${String(response.statusCode)}`)
      })
      socket.once('error', (error) => {
        resolve(error.message)
      })
    })
  } finally {
    const ended = socket.readyState === WebSocket.OPEN ? once(socket, 'close') : undefined
    socket.terminate()
    await ended
  }
}

test('[T1] a peer with its ticket is let in, and missed when it goes', async () => {
  const { peer, ticket } = tickets.mint()
  expect(await knock({ id: peer, token: ticket })).toContain('"OPEN"')
  await expect.poll(() => lost).toEqual([peer])
})

test('[T1] without a ticket, with another’s or with one that has run out, nobody is', async () => {
  const { peer, ticket } = tickets.mint()
  const other = tickets.mint()
  for (const query of [
    { id: peer },
    { id: peer, token: 'guess' },
    { id: peer, token: other.ticket },
    { token: ticket },
  ] as Record<string, string>[])
    expect(await knock(query)).toBe('status 401')
  clock.pass(60_000)
  expect(await knock({ id: peer, token: ticket })).toBe('status 401')
})

test('where a peer comes from is known while it is connected', async () => {
  const { peer, ticket } = tickets.mint()
  const url = new URL(`ws://127.0.0.1:${http.port}${signallingPath}/peerjs`)
  url.search = new URLSearchParams({ key: 'peerjs', id: peer, token: ticket }).toString()
  const socket = new WebSocket(url)
  await once(socket, 'message')
  expect(met.at(-1)).toBe(`${peer} from 127.0.0.1`)
  expect(networks.of(peer)).toMatch(/^[0-9a-f]{16}$/)
  socket.terminate()
  await expect.poll(() => networks.of(peer)).toBeUndefined()
})
