import {
  unitLetters,
  type JobEvent,
  type JobView,
  type ProviderView,
  type UnitLetter,
  type Verification,
} from '#protocol/api.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { sumsOf } from './ledger.ts'
import { whyWaiting } from './market/explain.ts'
import type { Job, State } from './state.ts'
import { conditions } from './unit-state.ts'
import { conditionOf } from './units.ts'

/** A job as the API shows it at this moment. Walks the providers when it waits for one. */
export function jobViewOf(state: State, job: Job, nowMs: number): JobView {
  const { terms, counts, timesMs } = job
  const { unitCount, quorum, unitPriceWei, unitPayWei, costWei, budgetWei } = terms.plan
  const timed = Math.max(job.timedUnits, 1)
  return {
    id: terms.id,
    spec: terms.spec,
    name: terms.name,
    requester: terms.requester,
    salt: terms.salt,
    state: job.phase,
    control: job.control,
    waiting: whyWaiting(state, job, nowMs) ?? null,
    unitCount,
    quorum,
    unitPriceWei,
    unitPayWei,
    costWei,
    budgetWei,
    fundedWei: job.fundedWei,
    chargedWei: job.chargedWei,
    // A provisional unit was computed once, for the whole price.
    provisionalWei: BigInt(counts.provisional) * unitPriceWei,
    refundedWei: job.refundedWei,
    units: { ...counts },
    assignments: job.assignmentCount,
    refusedResults: job.refusedCount,
    disputes: job.disputeCount,
    meanMs: {
      queue: timesMs.queue / timed,
      run: timesMs.run / timed,
      verify: timesMs.verify / timed,
    },
    createdAtMs: job.createdAtMs,
    startedAtMs: job.startedAtMs ?? null,
    finishedAtMs: job.finishedAtMs ?? null,
    providers: [...job.shares].map(([id, share]) => ({ id, ...share })),
  }
}

/** The first event of a watch: the job and one letter for each unit. */
export function snapshotOf(state: State, job: Job, nowMs: number): JobEvent {
  const letters = conditions.map((condition) => unitLetters[condition])
  return {
    kind: 'snapshot',
    job: jobViewOf(state, job, nowMs),
    units: Array.from(job.unitConditions, (condition) => letters[condition] ?? '').join(''),
  }
}

/** What has changed since: the job's new view and the letters of the units named. */
export function changesOf(state: State, job: Job, units: Iterable<number>, nowMs: number): JobEvent {
  const changed = [...units].map((unit): [number, UnitLetter] => [unit, unitLetters[conditionOf(job, unit)]])
  return { kind: 'units', job: jobViewOf(state, job, nowMs), changed }
}

/**
 * Whether a unit's result is final; undefined where it has none that counts. Asked before its bytes are read: what is
 * final stays so.
 */
export function verificationOf(job: Job, unit: number): Verification | undefined {
  const condition = conditions[job.unitConditions[unit] ?? -1]
  if (condition === 'accepted') return 'verified'
  return condition === 'provisional' ? 'provisional' : undefined
}

/** A provider's sums, without the proof (that is the settlement edge's to make). */
export function providerSumsOf(state: State, id: ProviderId): Omit<ProviderView, 'claim'> {
  const account = state.accounts.get(id)
  return { id, accepted: account?.accepted ?? 0, refused: account?.refused ?? 0, ...sumsOf(account) }
}
