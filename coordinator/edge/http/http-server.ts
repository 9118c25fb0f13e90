import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { Failure, systemCodeOf } from '../failure.ts'

/** A server that listens; its routes may come later, since other parts need its port first. */
export interface HttpServer {
  readonly server: Server
  readonly port: number
  serve(app: Hono): void
  close(): Promise<void>
}

/**
 * Listens on an address.
 *
 * @param port 0 for any free one
 * @throws {Failure} when the port is taken or not allowed.
 */
export async function listen(host: string, port: number): Promise<HttpServer> {
  let listener: ReturnType<typeof getRequestListener> | undefined
  const server = createServer((request, response) => {
    if (listener) void listener(request, response)
    else response.writeHead(503).end('starting\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(explain(error, host, port))
    })
    server.listen(port, host, resolve)
  })
  return {
    server,
    port: (server.address() as AddressInfo).port,
    serve(app) {
      listener = getRequestListener(app.fetch)
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function explain(error: Error, host: string, port: number): Failure {
  const code = systemCodeOf(error)
  if (code === 'EADDRINUSE')
    return new Failure(`Port ${port} on ${host} is in use by another program.`, {
      next: 'Stop that one, or choose another with --port.',
      cause: error,
    })
  if (code === 'EACCES')
    return new Failure(`Port ${port} may not be used by this user.`, {
      next: 'Choose one above 1023 with --port.',
      cause: error,
    })
  return new Failure(`Cannot listen on ${host}:${port}: ${error.message}.`, {
    next: 'Check --host and --port.',
    cause: error,
  })
}
