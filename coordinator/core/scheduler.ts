import type { FromCoordinator } from '#protocol/messages.ts'
import type { Effect } from './effects.ts'
import { leaseMsFor } from './leases.ts'
import { matchesJob } from './market/bid.ts'
import { forecastMs } from './market/forecast.ts'
import { joinIdle, offerTo } from './market/idle.ts'
import { noteNews, noteTime } from './market/news.ts'
import { noteServed, rankJobs } from './market/rank.ts'
import { hasRoomFor } from './market/room.ts'
import type { Job, Provider, State } from './state.ts'
import type { OpenUnit } from './unit-state.ts'
import { stragglerFor } from './stragglers.ts'
import { takeDuty, type Work } from './trust/duties.ts'
import { errandOf } from './trust/errands.ts'
import { newOpenUnit, refreshOpenUnit, replaceAssignment } from './units.ts'

/**
 * Hands units to the providers for which something has changed: first the checks that the beacon gave one, then of the
 * jobs that match its offer, whose turn it is: the units that others have begun, fresh ones, and those that straggle.
 * A job that has something new to hand out is offered to those who found nothing before.
 *
 * @param effects what this step has decided so far: it tells what has changed.
 * @param isTick whether the step is a look at the clock.
 */
export function assignWork(state: State, nowMs: number, isTick: boolean, effects: Effect[]): void {
  const { roomy, opened } = state.market
  noteNews(state, effects)
  noteTime(state, isTick, nowMs)
  for (const id of roomy) {
    roomy.delete(id)
    const provider = state.providers.get(id)
    if (provider) serve(state, provider, nowMs, effects)
  }
  for (const id of opened) {
    opened.delete(id)
    const job = state.jobs.get(id)
    if (job) offerToIdle(state, job, nowMs, effects)
  }
}

/** Gives a provider all that it has room for; with room left, it is idle until something new can be had. */
function serve(state: State, provider: Provider, nowMs: number, effects: Effect[]): void {
  const { idle, resting } = state.market
  idle.numbers.delete(provider.id)
  if (nowMs < provider.coolDownUntilMs) {
    resting.add(provider.id)
    return
  }
  serveDuties(state, provider, nowMs, effects)
  if (provider.dutiesOnly) return
  while (provider.held.size < provider.capacity)
    if (!serveNext(state, provider, nowMs, effects)) {
      joinIdle(idle, provider.id)
      return
    }
}

/** Gives it one unit, of the first job in its turn that has one for it. */
function serveNext(state: State, provider: Provider, nowMs: number, effects: Effect[]): boolean {
  for (const job of rankJobs(state, provider, nowMs))
    if (giveUnit(state, job, provider, nowMs, effects)) return true
  return false
}

function offerToIdle(state: State, job: Job, nowMs: number, effects: Effect[]): void {
  offerTo(
    state.market.idle,
    job,
    () => !hasWork(job, nowMs),
    (id) => {
      const provider = state.providers.get(id)
      if (!provider) return 'full'
      if (!matchesJob(job, provider, nowMs)) return 'mismatch'
      while (giveUnit(state, job, provider, nowMs, effects));
      return provider.held.size < provider.capacity ? 'stays' : 'full'
    },
  )
}

function serveDuties(state: State, provider: Provider, nowMs: number, effects: Effect[]): void {
  while (provider.held.size < provider.capacity) {
    const work = takeDuty(state, provider)
    if (!work) return
    if (work.kind === 'unit') lease(state, work.job, work.unit, provider, nowMs, effects)
    else leaseErrand(state, work, provider, nowMs, effects)
  }
}

function giveUnit(state: State, job: Job, provider: Provider, nowMs: number, effects: Effect[]): boolean {
  if (!hasWork(job, nowMs) || !hasRoomFor(state, job, provider, nowMs)) return false
  if (!matchesJob(job, provider, nowMs)) return false
  const unit = nextUnitFor(job, provider) ?? stragglerFor(state, job, provider, nowMs)
  if (!unit) return false
  noteServed(state, job, forecastMs(job, provider))
  lease(state, job, unit, provider, nowMs, effects)
  return true
}

/** Whether there is anything to hand out, if not to everybody. */
function hasWork(job: Job, nowMs: number): boolean {
  if (job.phase !== 'running' || job.control === 'paused') return false
  if (job.wanting.size > 0 || job.nextFresh < job.terms.plan.unitCount) return true
  return job.open.size > 0 && nowMs >= job.noStragglerUntilMs
}

function nextUnitFor(job: Job, provider: Provider): OpenUnit | undefined {
  for (const index of job.wanting) {
    const unit = job.open.get(index)
    if (unit && !unit.barred.has(provider.id) && !unit.unable.has(provider.id)) return unit
  }
  return openFreshUnit(job)
}

function openFreshUnit(job: Job): OpenUnit | undefined {
  if (job.nextFresh >= job.terms.plan.unitCount) return undefined
  const unit = newOpenUnit(job.nextFresh, job.terms.plan.quorum)
  job.nextFresh += 1
  job.open.set(unit.index, unit)
  return unit
}

function lease(
  state: State,
  job: Job,
  unit: OpenUnit,
  provider: Provider,
  nowMs: number,
  effects: Effect[],
): void {
  // Not the unit's own attempts: whoever could see that it is a second one would know it for a check.
  const id = `${job.terms.id.slice(2, 10)}/${unit.index}/${job.assignmentCount}`
  unit.attempts += 1
  unit.barred.add(provider.id)
  unit.firstLeasedAtMs ??= nowMs
  job.assignmentCount += 1
  const leaseMs = leaseMsFor(state, job, provider)
  const payWei = job.terms.plan.unitPayWei
  const terms = {
    id,
    job: job.terms.id,
    unit: unit.index,
    provider: provider.id,
    leasedAtMs: nowMs,
    payWei,
    errand: undefined,
  }
  replaceAssignment(state, unit, { ...terms, state: 'leased', deadlineMs: nowMs + leaseMs }, effects)
  sendAssign(job, provider, { assignment: id, unit: unit.index, payWei, leaseMs }, effects)
  refreshOpenUnit(job, unit, effects)
}

function leaseErrand(
  state: State,
  work: Exclude<Work, { kind: 'unit' }>,
  provider: Provider,
  nowMs: number,
  effects: Effect[],
): void {
  const { job } = work
  job.assignmentCount += 1
  const { terms, task, payload } = errandOf(work, provider.id, nowMs)
  const leaseMs = leaseMsFor(state, job, provider)
  replaceAssignment(state, undefined, { ...terms, state: 'leased', deadlineMs: nowMs + leaseMs }, effects)
  const { id: assignment, unit, payWei } = terms
  sendAssign(job, provider, { assignment, unit, payWei, leaseMs, task }, effects, payload)
}

function sendAssign(
  job: Job,
  provider: Provider,
  order: Omit<Extract<FromCoordinator, { type: 'assign' }>, 'type' | 'job' | 'spec' | 'requester'>,
  effects: Effect[],
  payload?: Uint8Array,
): void {
  const { id, spec, requester } = job.terms
  effects.push({
    kind: 'send',
    session: provider.session,
    message: { type: 'assign', job: id, spec, requester, ...order },
    ...(payload && { payload }),
  })
}
