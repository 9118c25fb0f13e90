import type { Job, Provider } from '../state.ts'
import { forecastMs } from './forecast.ts'
import { matches, mismatchesOf, type Bid, type Mismatch } from './match.ts'

/** What a job asks of one provider and pays it: who has the job's data already need not download it again. */
export function bidOf({ terms, unable }: Job, provider: Pick<Provider, 'cached'>): Bid {
  const { needs, plan } = terms
  return {
    needs,
    payWei: plan.unitPayWei,
    dataBytes: provider.cached.has(terms.id) ? 0 : needs.dataBytes,
    unable,
  }
}

/** What keeps a provider from a job's units; empty where they match. */
export function mismatchesWith(job: Job, provider: Provider, nowMs: number): readonly Mismatch[] {
  return mismatchesOf(bidOf(job, provider), provider, forecastMs(job, provider), nowMs)
}

/** Whether they match: `mismatchesWith` would be empty. */
export function matchesJob(job: Job, provider: Provider, nowMs: number): boolean {
  return matches(bidOf(job, provider), provider, forecastMs(job, provider), nowMs)
}
