import type { Bid as BidQuery, MarketView } from '#protocol/api.ts'
import type { Needs } from '#protocol/needs.ts'
import type { Job, State } from '../state.ts'
import { newForecast, referenceGflops, speedOf, unitMsAt } from './forecast.ts'
import { matches } from './match.ts'
import { paidLately } from './paid.ts'

/** What a job asks of a provider that asks for nothing in particular. */
const plainNeeds: Needs = {
  features: [],
  limits: {},
  memoryBytes: 0,
  gflopsMin: 0,
  cause: 'other',
  requester: `0x${'00'.repeat(20)}`,
  dataBytes: 0,
  pool: undefined,
  deadlineMs: undefined,
  targetMs: undefined,
}

/** Demand, supply and prices at this moment; with a bid, how likely it is to be taken. Walks providers and running jobs. */
export function marketView(state: State, nowMs: number, bid?: BidQuery): MarketView {
  const providers = [...state.providers.values()].filter(({ dutiesOnly }) => !dutiesOnly)
  const speeds = providers.map(({ offer }) => speedOf(offer)).sort((one, other) => one - other)
  const gflops = speeds[speeds.length >> 1] ?? referenceGflops
  const queued = queuedJobs(state)
  return {
    goingRateWeiPerHour: spreadOf(paidLately(state.market.paid, nowMs)),
    asksWeiPerHour: spreadOf(
      providers.map(({ offer }) => ({ value: offer.minimumWeiPerHour, weight: speedOf(offer) })),
    ),
    providersOnline: providers.length,
    providersFree: providers.filter(
      ({ held, capacity, coolDownUntilMs }) => held.size < capacity && nowMs >= coolDownUntilMs,
    ).length,
    queuedUnits: queued.reduce((sum, { counts }) => sum + counts.queued, 0),
    queuedGpuMs: queued.reduce((sum, job) => sum + queuedMsOf(job, gflops), 0),
    fillProbability: bid ? fillProbability(state, plainNeeds, bid.perUnitWei, bid.unitMs, nowMs) : null,
  }
}

/**
 * The share of those online, by their speed, that would take a unit of these needs at this pay.
 *
 * @param unitMs how long a unit keeps a common GPU (`referenceGflops`) busy.
 */
export function fillProbability(
  state: State,
  needs: Needs,
  payWei: bigint,
  unitMs: number,
  nowMs: number,
): number {
  const forecasted = { forecast: newForecast(), terms: { needs: { targetMs: unitMs } } }
  const bid = { needs, payWei, dataBytes: needs.dataBytes, unable: new Set<never>() }
  let [all, taking] = [0, 0]
  for (const provider of state.providers.values()) {
    if (provider.dutiesOnly) continue
    const gflops = speedOf(provider.offer)
    all += gflops
    if (matches(bid, provider, unitMsAt(forecasted, gflops), nowMs)) taking += gflops
  }
  return all === 0 ? 0 : taking / all
}

function queuedJobs(state: State): Job[] {
  return [...state.market.turns.jobs.keys()].flatMap((id) => {
    const job = state.jobs.get(id)
    return job?.phase === 'running' && job.control === 'none' ? [job] : []
  })
}

function queuedMsOf(job: Job, gflops: number): number {
  return job.counts.queued * job.terms.plan.quorum * unitMsAt(job, gflops)
}

/** The values below which lie a tenth, half and nine tenths of the weight; null where there is none. */
function spreadOf(entries: { readonly value: bigint; readonly weight: number }[]) {
  const sorted = entries.toSorted((one, other) =>
    one.value < other.value ? -1 : one.value > other.value ? 1 : 0,
  )
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  const at = (share: number): bigint | undefined => {
    let below = 0
    return sorted.find(({ weight }) => (below += weight) >= share * total)?.value
  }
  const [low, median, high] = [at(0.1), at(0.5), at(0.9)]
  return low === undefined || median === undefined || high === undefined ? null : { low, median, high }
}
