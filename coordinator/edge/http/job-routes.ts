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
      const changed = new Set<number>()
      let wake: () => void = () => undefined
      let news = false
      const stop = services.watchJob(id, (units) => {
        for (const unit of units) changed.add(unit)
        news = true
        wake()
      })
      stream.onAbort(() => {
        stop()
        wake()
      })
      await stream.writeSSE({ data: toJson(services.snapshot(id)) })
      while (!stream.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (news || stream.aborted) resolve()
          else setTimeout(resolve, watchKeepAliveMs)
        })
        if (stream.aborted) break
        if (news) {
          news = false
          const units = [...changed]
          changed.clear()
          await stream.writeSSE({ data: toJson(services.changes(id, units)) })
          await stream.sleep(watchPauseMs)
        } else await stream.write(': still here\n\n')
      }
      stop()
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
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-store',
    })
  })
  return routes
}

function jobIdIn(text: string) {
  return check(jobIdSchema, text, 'job id')
}
