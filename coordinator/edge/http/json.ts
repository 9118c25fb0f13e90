import type { Context } from 'hono'
import { toJson } from '#protocol/frames.ts'

/** Answers a view as JSON; sums of money become decimal strings. */
export function answerJson(context: Context, view: unknown, status: 200 | 201 = 200): Response {
  return context.body(toJson(view), status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  })
}
