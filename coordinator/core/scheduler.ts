import type { Effect } from './effects.ts'
import type { Job, OpenUnit, Provider, State } from './state.ts'
import { newOpenUnit, refreshOpenUnit, replaceAssignment } from './units.ts'

/**
 * Hands units to every provider that has room: jobs in the order in which they came, and in a job first
 * the units that others have begun, so that verdicts come early.
 */
export function assignWork(state: State, nowMs: number, effects: Effect[]): void {
  for (const provider of state.providers.values()) {
    if (nowMs < provider.coolDownUntilMs) continue
    for (const job of state.jobs.values()) {
      if (job.phase !== 'running' || job.unable.has(provider.id)) continue
      while (provider.held.size < provider.capacity) {
        const unit = nextUnitFor(job, provider)
        if (!unit) break
        lease(state, job, unit, provider, nowMs, effects)
      }
    }
  }
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
  const id = `${job.terms.id.slice(2, 10)}/${unit.index}/${unit.attempts}`
  unit.attempts += 1
  unit.barred.add(provider.id)
  unit.firstLeasedAtMs ??= nowMs
  job.assignmentCount += 1
  const terms = { id, job: job.terms.id, unit: unit.index, provider: provider.id, leasedAtMs: nowMs }
  replaceAssignment(
    state,
    unit,
    { ...terms, state: 'leased', deadlineMs: nowMs + state.durations.leaseMs },
    effects,
  )
  const { spec, requester, plan } = job.terms
  effects.push({
    kind: 'send',
    session: provider.session,
    message: {
      type: 'assign',
      assignment: id,
      job: job.terms.id,
      spec,
      requester,
      unit: unit.index,
      payWei: plan.unitPayWei,
      leaseMs: state.durations.leaseMs,
    },
  })
  refreshOpenUnit(job, unit, effects)
}
