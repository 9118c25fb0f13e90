import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from 'pino'
import * as v from 'valibot'
import { bidSchema, faucetRequestSchema } from '#protocol/api.ts'
import { addressSchema } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { LogFiles } from '../log/log-files.ts'
import { logRoutes } from '../log/log-routes.ts'
import { blobRoutes } from './blob-routes.ts'
import { isAllowedHost } from './host-check.ts'
import type { HttpServices } from './http-services.ts'
import { jobRoutes } from './job-routes.ts'
import { answerJson } from './json.ts'
import { check, readBody, refuseLargeBody } from './parse.ts'
import { answerProblem } from './problem.ts'
import { walletRoutes } from './wallet-routes.ts'

const rpcBytesMax = 256 * 1024
const rpcSchema = v.looseObject({
  jsonrpc: v.literal('2.0'),
  id: v.union([v.string(), v.number(), v.null()]),
})

export interface HttpAppOptions {
  readonly services: HttpServices
  /** Folder of the built web app. */
  readonly webRoot: string
  readonly publicHosts: readonly string[]
  /** Other origins that the page may ask, and show in frames, about a wallet's relay; mostly none. */
  readonly walletOrigins?: readonly string[]
  /** The files of the public log, where there is one. */
  readonly publicLog?: Pick<LogFiles, 'get'>
  readonly log: Logger
}

/** The coordinator's whole HTTP surface, as `protocol/api.ts` describes it, and the web app's files. */
export function createHttpApp(options: HttpAppOptions): Hono {
  const { services, webRoot, publicHosts, walletOrigins = [], publicLog, log } = options
  const app = new Hono()
  app.onError((error, context) => answerProblem(context, error, log))
  app.use(async (context, next) => {
    if (!isAllowedHost(context.req.header('host'), publicHosts))
      throw new Refusal('unauthorised', 'This server does not go by that name.', {
        where: 'Host',
        next: 'Start it with --public-host <name>.',
      })
    await next()
  })
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:', ...walletOrigins],
        frameSrc: walletOrigins.length > 0 ? [...walletOrigins] : ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // Served over plain HTTP on loopback; a proxy in front adds HSTS where there is TLS.
      strictTransportSecurity: false,
    }),
  )
  app.get('/healthz', (context) => context.text('ok'))
  app.get('/api/v1/network', (context) => answerJson(context, services.network()))
  app.post('/api/v1/tickets', (context) => answerJson(context, services.mintTicket(), 201))
  app.route('/api/v1/blobs', blobRoutes(services.blobs))
  app.use('/api/v1/jobs', bodyLimit({ maxSize: limits.manifestBytesMax, onError: () => refuseLargeBody() }))
  app.route('/api/v1/jobs', jobRoutes(services))
  app.get('/api/v1/market', (context) => {
    const query = context.req.query()
    const bid = Object.keys(query).length === 0 ? undefined : check(bidSchema, query, 'the query')
    return answerJson(context, services.market(bid))
  })
  app.get('/api/v1/providers/:id', async (context) =>
    answerJson(
      context,
      await services.provider(check(addressSchema, context.req.param('id').toLowerCase(), 'provider')),
    ),
  )
  app.post('/api/v1/providers/:id/claims', async (context) =>
    answerJson(
      context,
      await services.lookForClaims(check(addressSchema, context.req.param('id').toLowerCase(), 'provider')),
    ),
  )
  app.route('/api/v1/wallet', walletRoutes(services.wallet))
  app.post(
    '/api/v1/faucet',
    bodyLimit({ maxSize: 1_000, onError: () => refuseLargeBody() }),
    async (context) => {
      if (!services.faucet)
        throw new Refusal('notFound', 'This network gives no coins away.', {
          next: 'Fund the account by other means.',
        })
      const { address } = await readBody(context, faucetRequestSchema)
      return answerJson(context, await services.faucet(address), 201)
    },
  )
  app.post('/rpc', bodyLimit({ maxSize: rpcBytesMax, onError: () => refuseLargeBody() }), async (context) => {
    const request = await readBody(context, rpcSchema)
    return answerJson(context, await answerRpc(services, request))
  })
  if (publicLog) app.route('/log', logRoutes(publicLog))
  app.all('/api/*', () => {
    throw new Refusal('notFound', 'There is nothing at this address.', {
      next: 'See protocol/api.ts for what there is.',
    })
  })
  app.use(serveStatic({ root: webRoot }))
  app.notFound((context) =>
    context.text(
      'Not found. If this is the front page: the web app has not been built, run npm run build.',
      404,
    ),
  )
  return app
}

/** JSON-RPC errors travel inside an answer with status 200, as its clients expect. */
async function answerRpc(services: HttpServices, request: v.InferOutput<typeof rpcSchema>): Promise<unknown> {
  const { id } = request
  try {
    return { jsonrpc: '2.0', id, result: (await services.relayRpc(request)) ?? null }
  } catch (error) {
    if (error instanceof Refusal)
      return { jsonrpc: '2.0', id, error: { code: -32601, message: error.message } }
    const { code, data } = causeWithCode(error)
    return {
      jsonrpc: '2.0',
      id,
      error: {
        code,
        message: error instanceof Error ? error.message : 'failed',
        ...(data !== undefined && { data }),
      },
    }
  }
}

/** The node's own code and data, which viem keeps somewhere down the chain of causes. */
function causeWithCode(error: unknown): { code: number; data: unknown } {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, data } = cause as { code?: unknown; data?: unknown }
    if (typeof code === 'number') return { code, data }
  }
  return { code: -32603, data: undefined }
}
