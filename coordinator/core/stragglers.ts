import type { Effect } from './effects.ts'
import { forecastMs } from './market/forecast.ts'
import type { Job, Provider, State } from './state.ts'
import type { Assignment, OpenUnit } from './unit-state.ts'
import { liveCountOf, refreshOpenUnit } from './units.ts'
import { endWith } from './endings.ts'

/** A lease that has lasted so many times its forecast straggles; one that has not lasted this long never does. */
const stragglingTimes = 2
const stragglingMsMin = 2_000

type Leased = Extract<Assignment, { state: 'leased' }>

/**
 * A unit that a provider with room may double because its holder is late, near the end of a job: when nothing else of
 * the job is left to hand out. Of the units that may be doubled, the one leased longest; undefined where there is none.
 * At most two attempts for one needed vote, and never of a vote whose provider the beacon chooses.
 */
export function stragglerFor(
  state: State,
  job: Job,
  provider: Provider,
  nowMs: number,
): OpenUnit | undefined {
  if (job.nextFresh < job.terms.plan.unitCount || nowMs < job.noStragglerUntilMs) return undefined
  let found: OpenUnit | undefined
  let foundSinceMs = Infinity
  let anyMs = nowMs + stragglingMsMin
  for (const unit of job.open.values()) {
    if (unit.directed || unit.missing < 1) continue
    const { straggling, sinceMs, nextMs } = stragglersIn(state, job, unit, nowMs)
    anyMs = Math.min(anyMs, nextMs)
    const spare = liveCountOf(unit) - unit.missing
    if (straggling === 0 || spare >= Math.min(straggling, unit.missing)) continue
    // It may be doubled, if not by this provider then by the next.
    anyMs = nowMs
    if (unit.barred.has(provider.id) || unit.unable.has(provider.id)) continue
    if (sinceMs < foundSinceMs) [found, foundSinceMs] = [unit, sinceMs]
  }
  job.noStragglerUntilMs = anyMs
  return found
}

/** How many leases of a unit straggle, since when the longest lasts, and when the next will begin to. */
function stragglersIn(state: State, job: Job, unit: OpenUnit, nowMs: number) {
  let straggling = 0
  let sinceMs = Infinity
  let nextMs = Infinity
  for (const assignment of unit.assignments.values()) {
    if (assignment.state !== 'leased') continue
    const fromMs = assignment.leasedAtMs + stragglesAfterMs(state, job, assignment)
    if (nowMs < fromMs) nextMs = Math.min(nextMs, fromMs)
    else {
      straggling += 1
      sinceMs = Math.min(sinceMs, assignment.leasedAtMs)
    }
  }
  return { straggling, sinceMs, nextMs }
}

function stragglesAfterMs(state: State, job: Job, { provider }: Leased): number {
  const holder = state.providers.get(provider)
  return Math.max(stragglingMsMin, holder ? stragglingTimes * forecastMs(job, holder) : 0)
}

/**
 * After a commitment or a late reveal: ends attempts that it makes needless, those that last longest first. A commitment
 * ends its twin, if there is one; and no vote that is still needed keeps more than two.
 */
export function cancelTwins(
  state: State,
  job: Job,
  unit: OpenUnit,
  result: Assignment,
  effects: Effect[],
): void {
  // Whom the beacon has chosen keeps its lease: nobody else would be asked again if this result is never revealed.
  const leases = [...unit.assignments.values()].filter(
    (other): other is Leased => other.state === 'leased' && other.provider !== unit.designated,
  )
  if (leases.length === 0) return
  const live = liveCountOf(unit)
  const needed = Math.max(0, unit.missing - (live - leases.length))
  const twin = result.state === 'committed' && live > unit.missing ? 1 : 0
  leases.sort((left, right) => left.leasedAtMs - right.leasedAtMs)
  for (const lease of leases.slice(0, Math.max(twin, leases.length - 2 * needed))) {
    unit.barred.delete(lease.provider)
    endWith(state, unit, lease, 'cancelled', undefined, effects)
  }
  refreshOpenUnit(job, unit, effects)
}
