import type { JobId } from '#protocol/ids.ts'
import type { Effect } from '../core/effects.ts'

type Listener = (units: ReadonlySet<number>) => void

/** Tells those who watch a job which of its units have changed, once a batch. */
export class JobWatch {
  readonly #listeners = new Map<JobId, Set<Listener>>()

  watch(job: JobId, listener: Listener): () => void {
    const listeners = this.#listeners.get(job) ?? new Set()
    this.#listeners.set(job, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(job)
    }
  }

  announce(effects: readonly Effect[]): void {
    const changed = new Map<JobId, Set<number>>()
    for (const effect of effects) {
      if (effect.kind !== 'changed' || !this.#listeners.has(effect.job)) continue
      const units = changed.get(effect.job) ?? new Set()
      changed.set(effect.job, units)
      if (effect.unit !== undefined) units.add(effect.unit)
    }
    for (const [job, units] of changed) for (const listener of this.#listeners.get(job) ?? []) listener(units)
  }
}
