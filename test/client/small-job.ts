import type { Context } from 'hono'
import { streamSSE, type SSEStreamingApi } from 'hono/streaming'
import * as v from 'valibot'
import {
  jobControlRequestSchema,
  jobEventSchema,
  jobViewSchema,
  unitLetters,
  type JobView,
  type UnitCondition,
} from '#protocol/api.ts'
import type { Hex } from '#protocol/bytes.ts'
import { toJson } from '#protocol/frames.ts'
import type { ContentId, JobId } from '#protocol/ids.ts'
import { checkJobControl } from '#protocol/job-control.ts'
import { planJob, type JobPlan } from '#protocol/job-plan.ts'
import type { JobSpec } from '#protocol/job-spec.ts'
import { piecesOf } from '#protocol/pieces.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { WaitingView } from '#protocol/waiting.ts'

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
  state: JobView['state']
  control: JobView['control']
  /** Why it waits once it is funded, as the test has it. */
  waiting: WaitingView | null
  /** When its requester last said something. */
  controlledAtMs: number
  fundedWei: bigint
  watchers: Set<SSEStreamingApi>
}

/** A job as it was registered; `funded`: no money has to come. */
export function newSmallJob(
  terms: Pick<SmallJob, 'id' | 'specId' | 'spec' | 'requester' | 'salt'>,
  funded: boolean,
  waiting: WaitingView | null,
): SmallJob {
  const plan = planJob(terms.spec.manifest)
  return {
    ...terms,
    plan,
    conditions: new Array<UnitCondition>(plan.unitCount).fill('queued'),
    results: new Map(),
    control: 'none',
    waiting,
    controlledAtMs: 0,
    state: funded ? 'running' : 'awaitingFunds',
    fundedWei: funded ? plan.budgetWei : 0n,
    watchers: new Set(),
  }
}

/** Obeys the job's requester, and nobody else; returns the units that changed by it. */
export function controlSmallJob(job: SmallJob, chainId: number, body: unknown): number[] {
  const request = v.parse(jobControlRequestSchema, body)
  const { id, requester, controlledAtMs: afterMs } = job
  checkJobControl(request, { chainId, job: id, requester, nowMs: Date.now(), afterMs })
  job.controlledAtMs = request.atMs
  if (job.control === 'cancelled' && request.action !== 'cancel')
    throw new Refusal('wrongState', 'The job was cancelled, which cannot be undone.')
  job.control = ({ pause: 'paused', resume: 'none', cancel: 'cancelled' } as const)[request.action]
  if (job.control !== 'cancelled') return []
  const queued = job.conditions.flatMap((condition, unit) => (condition === 'queued' ? [unit] : []))
  for (const unit of queued) job.conditions[unit] = 'cancelled'
  finishIfDecided(job)
  return queued
}

export function finishIfDecided(job: SmallJob): void {
  const decided: readonly UnitCondition[] = ['accepted', 'failed', 'cancelled']
  if (job.conditions.every((one) => decided.includes(one))) job.state = 'finished'
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
    control: job.control,
    waiting: waitingOf(job),
    unitCount: plan.unitCount,
    quorum: plan.quorum,
    unitPriceWei: `${plan.unitPriceWei}`,
    unitPayWei: `${plan.unitPayWei}`,
    costWei: `${plan.costWei}`,
    budgetWei: `${plan.budgetWei}`,
    fundedWei: `${job.fundedWei}`,
    chargedWei: `${chargedWei}`,
    provisionalWei: `${plan.unitPriceWei * BigInt(count('provisional'))}`,
    refundedWei: job.state === 'settled' ? `${job.fundedWei - chargedWei}` : '0',
    units: {
      queued: count('queued'),
      leased: count('leased'),
      committed: count('committed'),
      disputed: count('disputed'),
      provisional: count('provisional'),
      accepted: count('accepted'),
      failed: count('failed'),
      cancelled: count('cancelled'),
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

/** Two providers are free and match, unless the test says otherwise; sums of money as they travel. */
function waitingOf({ state, control, waiting, plan }: SmallJob): unknown {
  if (state === 'finished' || state === 'settled') return null
  const usual: WaitingView = {
    reason: state === 'awaitingFunds' ? 'awaitingFunds' : 'paused',
    ...{ providersOnline: 2, matching: 2, free: 2, needed: plan.quorum, failing: [], suggestions: [] },
  }
  const own =
    state === 'awaitingFunds' || control === 'paused'
      ? { ...(waiting ?? usual), reason: usual.reason }
      : waiting
  return JSON.parse(toJson(own)) as unknown
}

export async function sendEvent(stream: SSEStreamingApi, event: object): Promise<void> {
  v.parse(jobEventSchema, event)
  await stream.writeSSE({ data: JSON.stringify(event) })
}

/** The job's events, for as long as somebody reads or the test leaves the line whole. */
export function streamSmallJob(context: Context, job: SmallJob): Response {
  return streamSSE(context, async (stream) => {
    job.watchers.add(stream)
    stream.onAbort(() => {
      job.watchers.delete(stream)
    })
    const units = job.conditions.map((condition) => unitLetters[condition]).join('')
    await stream.write(': keep-alive\n\n')
    await sendEvent(stream, { kind: 'snapshot', job: viewOf(job), units })
    if (job.state === 'settled') return
    await new Promise<void>((resolve) => {
      stream.onAbort(resolve)
      const close = stream.close.bind(stream)
      stream.close = async () => {
        job.watchers.delete(stream)
        await close()
        resolve()
      }
    })
  })
}

const statuses: Partial<Record<string, 401 | 403 | 404 | 409 | 422 | 500 | 503>> = {
  badSignature: 401,
  unauthorised: 403,
  notFound: 404,
  wrongState: 409,
  jobUnrunnable: 422,
  internal: 500,
  draining: 503,
}

/** RFC 9457. */
export function problem(context: Context, error: Error): Response {
  const reason = error instanceof Refusal ? error.reason : 'internal'
  const status = statuses[reason] ?? 400
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
