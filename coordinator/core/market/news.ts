import { unreachable } from '#protocol/assert.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { DurableRecord, LedgerRow } from '../records.ts'
import type { State } from '../state.ts'
import { notePaid } from './paid.ts'
import { enterMarket } from './rank.ts'

/** So many idle providers are looked at again at each look at the clock: forecasts change, and units begin to straggle. */
const looksPerTick = 64

/**
 * Notes for whom and for which jobs something has changed. Whatever is decided is ordered to be kept, so the orders of a
 * step tell it all, but for what a provider says of itself: that is noted where it is taken in.
 */
export function noteNews(state: State, effects: readonly Effect[]): void {
  if (state.market.changed) noteAll(state)
  for (const effect of effects) if (effect.kind === 'persist') noteRecord(state, effect.record)
}

function noteAll(state: State): void {
  const { market } = state
  market.changed = false
  for (const job of state.jobs.values()) if (job.phase === 'running') enterMarket(state, job)
  for (const provider of state.providers.keys()) market.roomy.add(provider)
}

function noteRecord(state: State, record: DurableRecord): void {
  const { roomy, opened } = state.market
  switch (record.table) {
    case 'assignments':
      if (record.row.state === 'leased') return
      roomy.add(record.row.provider)
      noteOpened(state, record.row.job)
      return
    case 'jobs': {
      const job = state.jobs.get(record.row.id)
      if (job?.phase !== 'running') return
      enterMarket(state, job)
      opened.add(record.row.id)
      return
    }
    case 'units':
    case 'finals':
      noteOpened(state, record.row.job)
      return
    case 'standings':
    case 'checks':
      // Whoever is known better may hold more.
      roomy.add(record.row.provider)
      return
    case 'ledger':
      notePay(state, record.row)
      return
    case 'results':
    case 'droppedResults':
    case 'assignmentEnds':
    case 'draws':
    case 'epochs':
    case 'claims':
    case 'wallets':
    case 'commitments':
    case 'reveals':
      return
    default:
      unreachable(record)
  }
}

/** What a whole unit was paid tells the going rate, by the time that its provider's units of the job take. */
function notePay(state: State, { job: id, provider, amountWei, atMs }: LedgerRow): void {
  const job = state.jobs.get(id)
  const unitMs = job?.forecast.byProvider.get(provider)?.unitMs
  if (job && unitMs !== undefined && amountWei === job.terms.plan.unitPayWei)
    notePaid(state, amountWei, unitMs, atMs)
}

/** A unit of a job may be open again. While there are fresh ones, whoever is idle has refused those already. */
function noteOpened(state: State, id: JobId): void {
  const job = state.jobs.get(id)
  if (job && job.nextFresh >= job.terms.plan.unitCount) state.market.opened.add(id)
}

/** Time alone changes who can be given what: those whose rest is over, and some of the idle in turn. */
export function noteTime(state: State, isTick: boolean, nowMs: number): void {
  const { roomy, idle, resting } = state.market
  for (const id of resting)
    if (nowMs >= (state.providers.get(id)?.coolDownUntilMs ?? 0)) {
      resting.delete(id)
      roomy.add(id)
    }
  if (!isTick) return
  for (const id of idle.numbers.keys().take(looksPerTick)) roomy.add(id)
}
