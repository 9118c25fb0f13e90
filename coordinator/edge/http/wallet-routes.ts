import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { addressSchema } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import { signInRequestSchema, walletLinkRequestSchema } from '#protocol/wallet-api.ts'
import type { WalletServices } from './http-services.ts'
import { answerJson } from './json.ts'
import { check, readBody, refuseLargeBody } from './parse.ts'

/** A link with the signature of a smart account. */
const bodyBytesMax = 40_000

/** `/api/v1/wallet` and below. */
export function walletRoutes(services: WalletServices): Hono {
  const routes = new Hono()
  routes.use(bodyLimit({ maxSize: bodyBytesMax, onError: () => refuseLargeBody() }))
  routes.get('/', (context) => answerJson(context, services.settings()))
  routes.post('/nonces', (context) => answerJson(context, services.mintNonce(), 201))
  routes.post('/sessions', async (context) => {
    const request = await readBody(context, signInRequestSchema)
    return answerJson(context, await services.signIn(request, context.req.header('host') ?? ''), 201)
  })
  routes.delete('/sessions', (context) => {
    services.signOut(tokenIn(context))
    return context.body(null, 204)
  })
  routes.get('/links', (context) => {
    const wallet = services.walletOf(tokenIn(context))
    return answerJson(context, { wallet, sessionKeys: services.keysOf(wallet) })
  })
  routes.post('/links', async (context) => {
    const request = await readBody(context, walletLinkRequestSchema)
    const { wallet, sessionKey } = request
    // Pay that goes back to the session key's own account needs no wallet to agree.
    if (wallet !== sessionKey && services.walletOf(tokenIn(context)) !== wallet)
      throw new Refusal('unauthorised', 'Another wallet is signed in.', {
        where: 'wallet',
        next: 'Sign in with the wallet that is to be linked.',
      })
    return answerJson(context, await services.link(request), 201)
  })
  routes.get('/links/:key', (context) =>
    answerJson(
      context,
      services.view(check(addressSchema, context.req.param('key').toLowerCase(), 'session key')),
    ),
  )
  return routes
}

function tokenIn(context: Context): string | undefined {
  return /^Bearer ([0-9a-f]{64})$/.exec(context.req.header('authorization') ?? '')?.[1]
}
