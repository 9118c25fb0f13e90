import type { ProviderId } from '#protocol/ids.ts'

/**
 * Providers with room that nothing was found for. Each is numbered when it comes; for each job it is known up to which
 * number all of them were found not to match it, so that thousands who ask too much are not asked again for every unit.
 */
export interface Idle {
  /** By provider, the one that came first first. */
  readonly numbers: Map<ProviderId, number>
  next: number
  /** By job. */
  readonly refusedBelow: WeakMap<object, number>
}

export function newIdle(): Idle {
  return { numbers: new Map(), next: 0, refusedBelow: new WeakMap() }
}

/** A provider found nothing; one that was idle before has been looked at anew. */
export function joinIdle(idle: Idle, provider: ProviderId): void {
  idle.numbers.delete(provider)
  idle.numbers.set(provider, idle.next)
  idle.next += 1
}

/** What came of offering a job to an idle provider: it takes no more, it does not match, or it might take another unit. */
export type Answer = 'full' | 'mismatch' | 'stays'

/**
 * Offers a job to the idle that may match it, in the order in which they came.
 *
 * @param isOver whether the job has nothing left to offer.
 */
export function offerTo(
  idle: Idle,
  job: object,
  isOver: () => boolean,
  offer: (provider: ProviderId) => Answer,
): void {
  const below = idle.refusedBelow.get(job) ?? 0
  const stay: ProviderId[] = []
  for (const [provider, number] of idle.numbers) {
    if (number < below) continue
    if (isOver()) return
    const answer = offer(provider)
    if (answer === 'full') idle.numbers.delete(provider)
    if (answer === 'stays') stay.push(provider)
  }
  idle.refusedBelow.set(job, idle.next)
  // They are to be asked again, so they count as having come now.
  for (const provider of stay) joinIdle(idle, provider)
}
