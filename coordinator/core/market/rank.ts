import type { Job, Provider, State } from '../state.ts'
import { referenceGflops, unitMsAt } from './forecast.ts'
import { joinTurns, leaveTurns, placeOf, serveTurn, sortTurns, type JobTurn } from './turns.ts'

/**
 * How far something may go before its turn, in milliseconds of the whole network's time: multiplied by the number of
 * providers online, it is a sum of their GPUs' time.
 */
export const headStarts = {
  /** A job that would miss its deadline at today's pace. */
  deadlineMs: 30_000,
  /** A job whose data and kernel the provider has, at most: what the download would take. */
  cachedMs: 10_000,
  /** A job before the next one of its requester. */
  olderMs: 60_000,
  /** What one may catch up on at once that could not be served. */
  lagMs: 20_000,
} as const

/** A download of so many bytes takes a millisecond: 20 Mbit/s. */
const cachedBytesPerMs = 2_500
/** Compiling a kernel and laying out its buffers. */
const compileMs = 500
/** Deadlines are looked at this often. */
const refreshMs = 1_000

/** Lets a job that begins, or is found running after a start, take turns. Again changes nothing. */
export function enterMarket(state: State, job: Job): void {
  joinTurns(state.market.turns, job.terms.id, job.terms.requester, headStarts.olderMs * onlineOf(state))
}

/**
 * The running jobs in the order in which this provider is to be given their units: fair between requesters, within a
 * requester those first that would miss their deadline, then by age; a job whose data the provider has comes a bounded
 * while earlier. Ends with the first `noteServed`: whoever goes on begins anew.
 */
export function* rankJobs(state: State, provider: Provider, nowMs: number): Generator<Job, void> {
  const { turns } = state.market
  if (nowMs - turns.refreshedAtMs >= refreshMs) refresh(state, nowMs)
  const cached = provider.cached.size === 0 ? [] : cachedOf(state, provider)
  const given = new Set<JobTurn>()
  for (const lane of turns.waiting) {
    for (const { turn, job, place } of cached) {
      if (place > placeOf(lane)) break
      if (given.has(turn)) continue
      given.add(turn)
      yield job
    }
    for (const turn of lane.waiting) {
      const job = cached.length > 0 && given.has(turn) ? undefined : jobOf(state, turn)
      if (job) yield job
    }
  }
}

/** Takes into account that a provider was given work of a job that will keep its GPU busy for so long. */
export function noteServed(state: State, job: Job, forecastMs: number): void {
  serveTurn(state.market.turns, job.terms.id, forecastMs, headStarts.cachedMs * onlineOf(state))
}

/** The jobs that the provider has data of, by the place which that gives them among the requesters. */
function cachedOf(state: State, provider: Provider) {
  const found: { turn: JobTurn; job: Job; place: number }[] = []
  for (const id of provider.cached) {
    const turn = state.market.turns.jobs.get(id)
    const job = turn && jobOf(state, turn)
    if (!job) continue
    const saved = Math.min(headStarts.cachedMs, compileMs + job.terms.needs.dataBytes / cachedBytesPerMs)
    const headMs = saved * onlineOf(state)
    const first = turn.lane.waiting[0]
    // Its own requester's jobs wait no longer for it than those of others do.
    if (first && placeOf(turn) - headMs <= placeOf(first))
      found.push({ turn, job, place: placeOf(turn.lane) - headMs })
  }
  return found.sort((one, other) => one.place - other.place)
}

function jobOf(state: State, { job: id }: JobTurn): Job | undefined {
  const job = state.jobs.get(id)
  return job?.phase === 'running' && job.control !== 'paused' ? job : undefined
}

function refresh(state: State, nowMs: number): void {
  const { turns } = state.market
  turns.refreshedAtMs = nowMs
  const online = onlineOf(state)
  leaveTurns(turns, (id) => state.jobs.get(id)?.phase !== 'running')
  for (const lane of turns.waiting) {
    lane.headMs = 0
    for (const turn of lane.waiting) {
      const job = jobOf(state, turn)
      turn.headMs = job ? urgencyOf(job, nowMs) * headStarts.deadlineMs * online : 0
      lane.headMs = Math.max(lane.headMs, turn.headMs)
    }
    sortTurns(lane, headStarts.lagMs * online)
  }
  sortTurns(turns, headStarts.lagMs * online)
}

/** From 0, where there is time enough or no deadline, to 1, where what is left takes as long as there is, or longer. */
export function urgencyOf(job: Job, nowMs: number): number {
  const { deadlineMs } = job.terms.needs
  if (deadlineMs === undefined || nowMs >= deadlineMs) return 0
  const { accepted, provisional, failed, cancelled, leased } = job.counts
  const { unitCount, quorum } = job.terms.plan
  const units = (unitCount - accepted - provisional - failed - cancelled) * quorum
  const needsMs = (units * unitMsAt(job, referenceGflops)) / Math.max(1, leased)
  return Math.min(1, needsMs / (deadlineMs - nowMs))
}

function onlineOf(state: State): number {
  return Math.max(1, state.providers.size)
}
