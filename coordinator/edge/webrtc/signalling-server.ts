import type { Server } from 'node:http'
import express from 'express'
import { ExpressPeerServer } from 'peer'
import { WebSocketServer } from 'ws'
import type { Logger } from 'pino'
import type { NetworkNames } from './network-names.ts'
import type { Tickets } from './tickets.ts'

/** Where the signalling server listens; peerjs adds `/peerjs` of its own. */
export const signallingPath = '/peerjs'
const messageBytesMax = 64 * 1024

/**
 * The PeerServer on our own HTTP server. Its `key` protects nothing and its ids are the clients' choice, so a
 * connection is let in only with a ticket that we signed for that very id.
 *
 * @param onLost hears of each peer whose connection has closed
 * @param networks is told where each connected peer comes from
 */
export function attachSignalling(
  server: Server,
  tickets: Tickets,
  onLost: (peer: string) => void,
  log: Logger,
  networks?: NetworkNames,
): void {
  const signalling = ExpressPeerServer(server, {
    path: signallingPath,
    allow_discovery: false,
    alive_timeout: 60_000,
    concurrent_limit: 5_000,
    createWebSocketServer: (options) => {
      const sockets = new WebSocketServer({
        ...options,
        maxPayload: messageBytesMax,
        verifyClient: ({ req }: { req: { url?: string | undefined } }) => {
          const query = queryOf(req)
          return tickets.isValid(query.get('id') ?? '', query.get('token') ?? '')
        },
      })
      sockets.on('connection', (socket, request) => {
        const peer = queryOf(request).get('id') ?? ''
        networks?.met(peer, request.socket.remoteAddress)
        socket.once('close', () => networks?.forget(peer))
      })
      return sockets
    },
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

function queryOf(request: { url?: string | undefined }): URLSearchParams {
  return new URL(request.url ?? '', 'http://signalling').searchParams
}
