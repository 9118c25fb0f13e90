import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import * as v from 'valibot'
import { jobRequestSchema } from '#protocol/api.ts'
import { toJson } from '#protocol/frames.ts'
import { jobIdSchema } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { HttpServices } from './http-services.ts'
import { answerJson } from './json.ts'
import { check, readBody } from './parse.ts'
import { UnitNews } from './unit-news.ts'

/** A watcher gets changes at most this often, however fast units are decided. */
const watchPauseMs = 100
/** Lines that keep proxies and clients from giving a quiet stream up. */
const watchKeepAliveMs = 15_000
const unitSchema = v.pipe(
  v.string(),
  v.regex(/^\d{1,7}$/, 'must be a unit index'),
  v.transform(Number),
  v.maxValue(limits.unitsPerJobMax - 1),
)

/** `/api/v1/jobs` and below. */
export function jobRoutes(services: HttpServices): Hono {
  const routes = new Hono()
  routes.post('/', async (context) =>
    answerJson(context, await services.submitJob(await readBody(context, jobRequestSchema)), 201),
  )
  routes.get('/', (context) => answerJson(context, services.jobs()))
  routes.get('/:id', (context) => answerJson(context, services.job(jobIdIn(context.req.param('id')))))
  routes.get('/:id/events', (context) => {
    const id = jobIdIn(context.req.param('id'))
    services.job(id)
    return streamSSE(context, async (stream) => {
      const news = new UnitNews()
      const stop = services.watchJob(id, (units) => {
        news.add(units)
      })
      stream.onAbort(() => {
        stop()
        news.end()
      })
      await stream.writeSSE({ data: toJson(services.snapshot(id)) })
      for (;;) {
        const changed = await news.next(watchKeepAliveMs)
        if (changed === 'ended') return
        if (changed === 'quiet') await stream.write(': still here\n\n')
        else await stream.writeSSE({ data: toJson(services.changes(id, changed)) })
        await stream.sleep(watchPauseMs)
      }
    })
  })
  routes.get('/:id/units/:unit/result', async (context) => {
    const job = services.job(jobIdIn(context.req.param('id')))
    const unit = check(unitSchema, context.req.param('unit'), 'unit')
    const bytes = await services.result(job.id, unit)
    if (!bytes)
      throw new Refusal('notFound', `Unit ${unit} has no accepted result.`, {
        next: 'Wait until it is accepted; a failed unit never has one.',
      })
    const digest = createHash('sha256').update(bytes).digest('base64')
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      // RFC 9530: lets the requester notice a result that was damaged on its way.
      'repr-digest': `sha-256=:${digest}:`,
      'cache-control': 'no-store',
    })
  })
  return routes
}

function jobIdIn(text: string) {
  return check(jobIdSchema, text, 'job id')
}
