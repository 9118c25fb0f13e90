import { unreachable } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { Duty, Job, Provider, State } from '../state.ts'
import type { OpenUnit } from '../unit-state.ts'
import type { CheckCase } from './check-desk.ts'
import { ask } from './checks.ts'
import { redesignate } from './designation.ts'
import { dissolveBundle } from './spot-checks.ts'
import type { Bundle } from './spots.ts'

/** A check that a provider is to begin with: a unit's next vote, a bundle of spots, or a run of a verify kernel. */
export type Work =
  | { readonly kind: 'unit'; readonly job: Job; readonly unit: OpenUnit }
  | { readonly kind: 'spots'; readonly job: Job; readonly bundle: Bundle }
  | { readonly kind: 'check'; readonly job: Job; readonly check: CheckCase; readonly sinceMs: number }

/** Takes the first duty that is still to be done from a provider's list; those of paused jobs stay on it. */
export function takeDuty(state: State, provider: Provider): Work | undefined {
  for (const duty of [...provider.duties]) {
    const work = workOf(state, provider.id, duty)
    if (work?.job.control === 'paused') continue
    provider.duties.splice(provider.duties.indexOf(duty), 1)
    if (work) return work
  }
  return undefined
}

/** A check that its provider did not begin goes to another. */
export function passOnDuty(
  state: State,
  provider: ProviderId,
  duty: Duty,
  nowMs: number,
  effects: Effect[],
): void {
  const work = workOf(state, provider, duty)
  if (work?.kind === 'unit') redesignate(state, work.job, work.unit, nowMs, effects)
  if (work?.kind === 'spots') dissolveBundle(work.job, work.bundle)
  if (work?.kind === 'check') ask(state, work.job, work.check, nowMs, effects)
}

/** Checks that were not begun within the time of a lease go to others. */
export function passOnIdleDuties(state: State, nowMs: number, effects: Effect[]): void {
  for (const provider of state.providers.values())
    for (const duty of [...provider.duties]) {
      const work = workOf(state, provider.id, duty)
      if (work && nowMs - sinceMsOf(work) < state.durations.leaseMs) continue
      provider.duties.splice(provider.duties.indexOf(duty), 1)
      passOnDuty(state, provider.id, duty, nowMs, effects)
    }
}

function sinceMsOf(work: Work): number {
  switch (work.kind) {
    case 'unit':
      return work.unit.designatedAtMs
    case 'spots':
      return work.bundle.designatedAtMs
    case 'check':
      return work.sinceMs
    default:
      return unreachable(work)
  }
}

/** What a duty stands for, unless it was done, dropped or given to another meanwhile. */
function workOf(state: State, provider: ProviderId, duty: Duty): Work | undefined {
  const job = state.jobs.get(duty.job)
  if (!job) return undefined
  if (duty.kind === 'unit') {
    const unit = job.open.get(duty.unit)
    return unit?.designated === provider && !unit.barred.has(provider)
      ? { kind: 'unit', job, unit }
      : undefined
  }
  if (duty.kind === 'check') {
    const check = job.checks.cases.get(duty.number)
    return check?.asked?.provider === provider && check.asked.assignment === undefined
      ? { kind: 'check', job, check, sinceMs: check.asked.sinceMs }
      : undefined
  }
  const bundle = job.spots.bundles.get(duty.bundle)
  return bundle?.checker === provider && bundle.assignment === undefined
    ? { kind: 'spots', job, bundle }
    : undefined
}
