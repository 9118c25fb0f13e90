import type { ProviderId } from '#protocol/ids.ts'
import type { AssignmentRow } from './records.ts'
import type { Job } from './state.ts'
import type { OpenUnit } from './unit-state.ts'

/** What a hand-back says about giving its provider such work again, also when it is read from the store. */
export function keepAway(
  job: Job,
  unit: OpenUnit,
  provider: ProviderId,
  reason: AssignmentRow['reason'],
): void {
  if (reason === 'kernelFailed') unit.unable.add(provider)
  if (reason === 'kernelHung' || reason === 'notCapable') job.unable.add(provider)
  if (reason === 'kernelHung') unit.hangs += 1
}
