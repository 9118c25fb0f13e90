import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { jobControlRequestSchema, jobRequestSchema, verificationHeader } from '#protocol/api.ts'
import { jobIdSchema } from '#protocol/ids.ts'
import { limits } from '#protocol/limits.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { HttpServices } from './http-services.ts'
import { streamJob } from './job-stream.ts'
import { answerJson } from './json.ts'
import { check, readBody, refuseLargeBody } from './parse.ts'

const controlBytesMax = 1_000
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
    return streamJob(context, services, id)
  })
  routes.post(
    '/:id/control',
    bodyLimit({ maxSize: controlBytesMax, onError: () => refuseLargeBody() }),
    async (context) => {
      const id = jobIdIn(context.req.param('id'))
      const request = await readBody(context, jobControlRequestSchema)
      return answerJson(context, await services.controlJob(id, request))
    },
  )
  routes.get('/:id/units/:unit/result', async (context) => {
    const job = services.job(jobIdIn(context.req.param('id')))
    const unit = check(unitSchema, context.req.param('unit'), 'unit')
    const result = await services.result(job.id, unit)
    if (!result)
      throw new Refusal('notFound', `Unit ${unit} has no accepted result.`, {
        next: 'Wait until it is accepted; a failed or cancelled unit never has one.',
      })
    const { bytes, verification } = result
    const digest = createHash('sha256').update(bytes).digest('base64')
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      // RFC 9530: lets the requester notice a result that was damaged on its way.
      'repr-digest': `sha-256=:${digest}:`,
      [verificationHeader]: verification,
      'cache-control': 'no-store',
    })
  })
  return routes
}

function jobIdIn(text: string) {
  return check(jobIdSchema, text, 'job id')
}
