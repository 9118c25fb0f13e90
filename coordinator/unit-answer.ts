import type { Job } from './core/state.ts'
import { votesOf } from './core/units.ts'
import { verificationOf } from './core/views.ts'
import type { UnitAnswer } from './edge/http/http-services.ts'
import type { Store } from './edge/store/store.ts'

/** A unit's result as far as it is known, and whether it is final; undefined where none counts. */
export async function unitAnswerOf(
  job: Job,
  unit: number,
  store: Pick<Store, 'canonicalResult'>,
): Promise<UnitAnswer | undefined> {
  // Before the bytes are read: what is final stays so.
  const verification = verificationOf(job, unit)
  if (verification === undefined) return undefined
  const bytes = votedResultOf(job, unit) ?? (await store.canonicalResult(job.terms.id, unit))
  return bytes && { bytes, verification }
}

/** Of a unit whose check is still to be drawn, or under way: the one result there is. It is canonical later, if ever. */
function votedResultOf(job: Job, unit: number): Uint8Array | undefined {
  const open = job.open.get(unit)
  return open && votesOf(open)[0]?.result
}
