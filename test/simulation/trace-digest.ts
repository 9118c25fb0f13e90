import { createHash, type Hash } from 'node:crypto'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'

/** One number for all that has happened to a core and all that it has ordered: the same trace has the same digest. */
export class TraceDigest {
  readonly #hash: Hash = createHash('sha256')

  add(nowMs: number, event: Event, effects: readonly Effect[]): void {
    this.#hash.update(JSON.stringify([nowMs, event, effects], inJson))
  }

  /** SHA-256 in hexadecimal digits; nothing can be added afterwards. */
  end(): string {
    return this.#hash.digest('hex')
  }
}

function inJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value} wei`
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}
