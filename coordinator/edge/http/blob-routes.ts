import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { contentIdSchema } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { nativeContentIdOf } from '../blobs/native-content-id.ts'
import { answerJson } from './json.ts'
import { check } from './parse.ts'

/** `/api/v1/blobs/{cid}`: content never changes under its id, so answers may be cached for ever. */
export function blobRoutes(blobs: Blobs): Hono {
  const routes = new Hono()
  const refuseLarge = () => {
    throw new Refusal('tooLarge', `A blob may have ${limits.blobBytesMax} bytes.`, {
      next: 'Split the input into several.',
    })
  }
  routes.put('/:cid', bodyLimit({ maxSize: limits.blobBytesMax, onError: refuseLarge }), async (context) => {
    const cid = check(contentIdSchema, context.req.param('cid'), 'cid')
    const bytes = new Uint8Array(await context.req.arrayBuffer())
    const actual = nativeContentIdOf(bytes)
    if (actual !== cid)
      throw new Refusal('malformed', `The bytes are those of ${actual}, not of ${cid}.`, {
        where: cid,
        next: 'Send them again.',
      })
    await blobs.put(bytes)
    return answerJson(context, { cid, bytes: bytes.length }, 201)
  })
  routes.get('/:cid', async (context) => {
    const cid = check(contentIdSchema, context.req.param('cid'), 'cid')
    const bytes = await blobs.get(cid)
    if (!bytes) throw new Refusal('notFound', `There is no blob ${cid} here.`, { where: cid })
    return context.body(bytes, 200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
    })
  })
  return routes
}
