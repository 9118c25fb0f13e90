import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { toJson } from '#protocol/frames.ts'
import type { JobId } from '#protocol/ids.ts'
import type { HttpServices } from './http-services.ts'
import { UnitNews } from './unit-news.ts'

/** A watcher gets changes at most this often, however fast units are decided. */
const pauseMs = 100
/** Why a job waits depends on others, and their coming and going is no news of the job: it is looked at this often. */
const lookMs = 1_000
/** Lines that keep proxies and clients from giving a quiet stream up. */
const keepAliveMs = 15_000

/** A job's events as `text/event-stream`: a snapshot, then what changes, until the reader leaves. */
export function streamJob(context: Context, services: HttpServices, id: JobId): Response {
  return streamSSE(context, async (stream) => {
    const news = new UnitNews()
    const stop = services.watchJob(id, (units) => {
      news.add(units)
    })
    stream.onAbort(() => {
      stop()
      news.end()
    })
    let told = services.snapshot(id)
    let quietMs = 0
    await stream.writeSSE({ data: toJson(told) })
    for (;;) {
      const changed = await news.next(lookMs)
      if (changed === 'ended') return
      const event = services.changes(id, changed === 'quiet' ? [] : changed)
      if (changed !== 'quiet' || toJson(event.job.waiting) !== toJson(told.job.waiting)) {
        await stream.writeSSE({ data: toJson(event) })
        told = event
        quietMs = 0
        await stream.sleep(pauseMs)
      } else {
        quietMs += lookMs
        if (quietMs % keepAliveMs === 0) await stream.write(': still here\n\n')
      }
    }
  })
}
