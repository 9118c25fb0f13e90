import { unreachable } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Effect } from '../effects.ts'
import type { AssignmentRow } from '../records.ts'
import type { Job, State } from '../state.ts'
import type { Assignment } from '../unit-state.ts'
import { dropCheck, takeVerdict } from './check-verdicts.ts'
import { checkAssignment } from './checks.ts'
import type { Unsettled } from './convictions.ts'
import type { Work } from './duties.ts'
import { bundleAssignment, dropBundle } from './spot-checks.ts'
import { takeSpots } from './spot-verdicts.ts'

/** Errands: work that is no vote on a unit, but says something about others' results. */

/** What a provider is told of an errand that it is given. */
export function errandOf(work: Exclude<Work, { kind: 'unit' }>, provider: ProviderId, nowMs: number) {
  switch (work.kind) {
    case 'spots': {
      const spots = work.bundle.spots.map(({ unit, spot }): [number, number] => [unit, spot])
      const terms = bundleAssignment(work.job, work.bundle, nowMs)
      return { terms, task: { kind: 'spots' as const, spots }, payload: undefined }
    }
    case 'check':
      return checkAssignment(work.job, work.check, provider, nowMs)
    default:
      return unreachable(work)
  }
}

/** An errand's result is here; undefined: not what was committed to. Gives the units that are to be judged anew. */
export function takeErrand(
  state: State,
  job: Job,
  assignment: Assignment,
  result: Uint8Array | undefined,
  nowMs: number,
  effects: Effect[],
): Unsettled[] {
  if (assignment.errand?.kind === 'check') return takeVerdict(state, job, assignment, result, nowMs, effects)
  takeSpots(state, job, assignment, result, nowMs, effects)
  return []
}

/** Ends an errand without a result; it goes to another. */
export function dropErrand(
  state: State,
  job: Job,
  assignment: Assignment,
  end: Pick<AssignmentRow, 'state' | 'reason'>,
  nowMs: number,
  effects: Effect[],
): void {
  if (assignment.errand?.kind === 'check') dropCheck(state, job, assignment, end, nowMs, effects)
  else dropBundle(state, job, assignment, end, effects)
}
