import type { Context } from 'hono'
import type { Logger } from 'pino'
import type { Problem } from '#protocol/api.ts'
import { Refusal, type RefusalReason } from '#protocol/refusal.ts'

/** HTTP statuses of reasons; those not listed are 422, understood and not acceptable. */
const statuses: Partial<Record<RefusalReason, number>> = {
  malformed: 400,
  badSignature: 401,
  unauthorised: 403,
  notFound: 404,
  wrongState: 409,
  blobMissing: 409,
  tooLarge: 413,
  tooManyJobs: 429,
  blobCorrupt: 500,
  draining: 503,
}

/** Answers an error as an RFC 9457 problem. What is no refusal is our fault: logged whole, told without details. */
export function answerProblem(context: Context, error: unknown, log: Logger): Response {
  if (!(error instanceof Refusal)) log.error({ error, path: context.req.path }, 'a request failed')
  const problem = error instanceof Refusal ? problemOf(error) : internalProblem
  return context.body(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
  } as ResponseInit & { status: 500 })
}

const internalProblem: Problem = {
  type: 'about:blank',
  title: 'internal',
  status: 500,
  detail: 'The coordinator made a mistake. Nothing that was accepted is lost.',
  reason: 'internal',
  next: 'Try again; if it stays, report it with the time.',
}

function problemOf(refusal: Refusal): Problem {
  const { reason, message, where, next } = refusal
  return {
    type: 'about:blank',
    title: reason,
    status: statuses[reason] ?? 422,
    detail: message,
    reason,
    ...(where !== undefined && { where }),
    ...(next !== undefined && { next }),
  }
}
