import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { AssignmentRow } from '../records.ts'
import type { Job, State } from '../state.ts'
import { condemn, type Unsettled } from './convictions.ts'
import { persistEnd } from './provisional.ts'

/** Somebody's result was found bad by the job's verify kernel, which may itself be what is wrong. */
export function noteSuspect(
  job: Job,
  { unit, provider, id }: Pick<AssignmentRow, 'unit' | 'provider' | 'id'>,
): void {
  if (!job.isChecked) return
  const suspect = { provider, assignment: id }
  const others = job.checks.suspects.get(unit)
  if (others) others.push(suspect)
  else job.checks.suspects.set(unit, [suspect])
}

/** Another's result of the unit is good: the kernel can tell them apart, so what it found bad was. */
export function condemnSuspects(
  state: State,
  job: Job,
  unit: number,
  honest: ProviderId,
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  const suspects = job.checks.suspects.get(unit) ?? []
  job.checks.suspects.delete(unit)
  return suspects.flatMap(({ provider, assignment }) => {
    // A restart must not find them suspected again.
    persistEnd(assignment, 'refused', effects)
    return provider === honest ? [] : condemn(state, provider, nowMs, effects)
  })
}
