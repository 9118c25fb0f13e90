import {
  unitLetters,
  type JobEvent,
  type JobView,
  type ProviderView,
  type UnitLetter,
} from '#protocol/api.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { sumsOf } from './ledger.ts'
import { conditions, type Job, type State } from './state.ts'
import { conditionOf } from './units.ts'

/** A job as the API shows it. */
export function jobViewOf(job: Job): JobView {
  const { terms, counts, timesMs } = job
  const { unitCount, quorum, unitPriceWei, unitPayWei, costWei, budgetWei } = terms.plan
  const accepted = Math.max(counts.accepted, 1)
  return {
    id: terms.id,
    spec: terms.spec,
    name: terms.name,
    requester: terms.requester,
    salt: terms.salt,
    state: job.phase,
    unitCount,
    quorum,
    unitPriceWei,
    unitPayWei,
    costWei,
    budgetWei,
    fundedWei: job.fundedWei,
    chargedWei: job.chargedWei,
    refundedWei: job.refundedWei,
    units: { ...counts },
    assignments: job.assignmentCount,
    refusedResults: job.refusedCount,
    disputes: job.disputeCount,
    meanMs: {
      queue: timesMs.queue / accepted,
      run: timesMs.run / accepted,
      verify: timesMs.verify / accepted,
    },
    createdAtMs: job.createdAtMs,
    startedAtMs: job.startedAtMs ?? null,
    finishedAtMs: job.finishedAtMs ?? null,
    providers: [...job.shares].map(([id, share]) => ({ id, ...share })),
  }
}

/** The first event of a watch: the job and one letter for each unit. */
export function snapshotOf(job: Job): JobEvent {
  const letters = conditions.map((condition) => unitLetters[condition])
  return {
    kind: 'snapshot',
    job: jobViewOf(job),
    units: Array.from(job.unitConditions, (condition) => letters[condition] ?? '').join(''),
  }
}

/** What has changed since: the job's new view and the letters of the units named. */
export function changesOf(job: Job, units: Iterable<number>): JobEvent {
  const changed = [...units].map((unit): [number, UnitLetter] => [unit, unitLetters[conditionOf(job, unit)]])
  return { kind: 'units', job: jobViewOf(job), changed }
}

/** A provider's sums, without the proof (that is the settlement edge's to make). */
export function providerSumsOf(state: State, id: ProviderId): Omit<ProviderView, 'claim'> {
  const account = state.accounts.get(id)
  return { id, accepted: account?.accepted ?? 0, refused: account?.refused ?? 0, ...sumsOf(account) }
}
