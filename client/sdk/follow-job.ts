import { jobEventSchema, type JobEvent } from '#protocol/api.ts'
import type { JobId } from '#protocol/ids.ts'
import { readEventStream } from '#client/sdk/event-stream.ts'
import { broken, parseAnswer, type HttpApi } from '#client/sdk/http-api.ts'
import { Patience } from '#client/sdk/patience.ts'

/**
 * A job's events until it is settled. When the line breaks or falls silent it is opened again, and a fresh snapshot
 * comes first. Ends with the last failure once nothing has come for as long as patience lasts.
 */
export async function* followJob(
  api: HttpApi,
  job: JobId,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent, void, undefined> {
  const path = `/api/v1/jobs/${job}/events`
  const where = `${api.baseUrl}${path}`
  const patience = new Patience(api.timing, signal)
  for (;;) {
    let failure: unknown = broken(where, 'ended before the job did', { retryable: true })
    try {
      for await (const data of readEventStream(api.text(path, signal), where)) {
        const event = parseAnswer(jobEventSchema, data, where)
        // A line that breaks after each snapshot must not be reopened in a tight loop.
        if (event.kind === 'snapshot') patience.extend()
        else patience.renew()
        yield event
        if (event.job.state === 'settled') return
      }
    } catch (error) {
      failure = error
    }
    await patience.bear(failure)
  }
}
