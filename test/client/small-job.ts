import type { Context } from 'hono'
import type { SSEStreamingApi } from 'hono/streaming'
import * as v from 'valibot'
import { jobEventSchema, jobViewSchema, type UnitCondition } from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { ContentId, JobId } from '#protocol/ids.ts'
import type { JobPlan } from '#protocol/job-plan.ts'
import type { JobSpec } from '#protocol/job-spec.ts'
import { piecesOf } from '#protocol/pieces.ts'
import { Refusal } from '#protocol/refusal.ts'

/** A job in the small coordinator. */
export interface SmallJob {
  readonly id: JobId
  readonly specId: ContentId
  readonly spec: JobSpec
  readonly plan: JobPlan
  readonly requester: Hex
  readonly salt: Hex
  readonly conditions: UnitCondition[]
  readonly results: Map<number, Uint8Array<ArrayBuffer>>
  state: 'awaitingFunds' | 'running' | 'finished' | 'settled'
  fundedWei: bigint
  watchers: Set<SSEStreamingApi>
}

/** Every blob that a spec needs; of a sliced input the pieces as well. */
export function blobsNamedBy(
  { kernel, list, reduce, inputs }: JobSpec,
  blobs: ReadonlyMap<ContentId, Uint8Array>,
): ContentId[] {
  const inputIds = Object.values(inputs).flatMap((input) => {
    if (typeof input === 'string') return [input]
    return [input.pieces, ...piecesOf(blobs.get(input.pieces) ?? new Uint8Array(), input.bytes)]
  })
  return [kernel, ...(list ? [list] : []), ...(reduce ? [reduce] : []), ...inputIds]
}

/** A job as the API tells of it, checked by the schema of the protocol. */
export function viewOf(job: SmallJob) {
  const { plan } = job
  const count = (condition: UnitCondition) => job.conditions.filter((one) => one === condition).length
  const chargedWei = plan.unitPriceWei * BigInt(count('accepted'))
  const view = {
    id: job.id,
    spec: job.specId,
    name: job.spec.manifest.name,
    requester: job.requester,
    salt: job.salt,
    state: job.state,
    unitCount: plan.unitCount,
    quorum: plan.quorum,
    unitPriceWei: `${plan.unitPriceWei}`,
    unitPayWei: `${plan.unitPayWei}`,
    costWei: `${plan.costWei}`,
    budgetWei: `${plan.budgetWei}`,
    fundedWei: `${job.fundedWei}`,
    chargedWei: `${chargedWei}`,
    refundedWei: job.state === 'settled' ? `${job.fundedWei - chargedWei}` : '0',
    units: {
      queued: count('queued'),
      leased: count('leased'),
      committed: count('committed'),
      disputed: count('disputed'),
      accepted: count('accepted'),
      failed: count('failed'),
    },
    assignments: count('accepted') * plan.quorum,
    refusedResults: 0,
    disputes: count('disputed'),
    meanMs: { queue: 10, run: 20, verify: 5 },
    createdAtMs: 1000,
    startedAtMs: 2000,
    finishedAtMs: job.state === 'finished' || job.state === 'settled' ? 5000 : null,
    providers: [{ id: `0x${'33'.repeat(20)}`, accepted: count('accepted'), refused: 0, earnedWei: '5' }],
  }
  v.parse(jobViewSchema, view)
  return view
}

export async function sendEvent(stream: SSEStreamingApi, event: object): Promise<void> {
  v.parse(jobEventSchema, event)
  await stream.writeSSE({ data: JSON.stringify(event) })
}

/** RFC 9457. */
export function problem(context: Context, error: Error): Response {
  const reason = error instanceof Refusal ? error.reason : 'internal'
  const status = reason === 'notFound' ? 404 : reason === 'internal' ? 500 : reason === 'draining' ? 503 : 400
  const next = error instanceof Refusal ? error.next : undefined
  const where = error instanceof Refusal ? error.where : undefined
  const body = {
    type: `about:blank#${reason}`,
    title: reason,
    status,
    detail: error.message,
    reason,
    where,
    next,
  }
  return context.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' })
}
