import type { Server } from 'node:http'
import express from 'express'
import { ExpressPeerServer } from 'peer'
import { WebSocketServer } from 'ws'
import type { Logger } from 'pino'
import type { Tickets } from './tickets.ts'

/** Where the signalling server listens; peerjs adds `/peerjs` of its own. */
export const signallingPath = '/peerjs'
const messageBytesMax = 64 * 1024

/**
 * The PeerServer on our own HTTP server. Its `key` protects nothing and its ids are the clients' choice, so a
 * connection is let in only with a ticket that we signed for that very id.
 *
 * @param onLost hears of each peer whose connection has closed
 */
export function attachSignalling(
  server: Server,
  tickets: Tickets,
  onLost: (peer: string) => void,
  log: Logger,
): void {
  const signalling = ExpressPeerServer(server, {
    path: signallingPath,
    allow_discovery: false,
    alive_timeout: 60_000,
    concurrent_limit: 5_000,
    createWebSocketServer: (options) =>
      new WebSocketServer({
        ...options,
        maxPayload: messageBytesMax,
        verifyClient: ({ req }: { req: { url?: string | undefined } }) => {
          const query = new URL(req.url ?? '', 'http://signalling').searchParams
          return tickets.isValid(query.get('id') ?? '', query.get('token') ?? '')
        },
      }),
  })
  signalling.on('disconnect', (client) => {
    onLost(client.getId())
  })
  signalling.on('error', (error) => {
    log.info({ error: error.message }, 'signalling')
  })
  // It begins when an Express application mounts it. Our HTTP is not Express; only its WebSocket part is wanted.
  express().use(signalling)
}
