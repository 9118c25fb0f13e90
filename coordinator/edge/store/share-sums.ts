import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { LoadedRows } from './store.ts'

type Share = { -readonly [Field in keyof LoadedRows['shares'][number]]: LoadedRows['shares'][number][Field] }

/** Adds up what each provider did for each job; wei are beyond what a database adds. */
export class ShareSums {
  readonly #shares = new Map<string, Share>()

  pay(job: JobId, provider: ProviderId, count: number, amountWei: bigint): void {
    const share = this.#shareOf(job, provider)
    share.accepted += count
    share.earnedWei += amountWei * BigInt(count)
  }

  refuse(job: JobId, provider: ProviderId, count: number): void {
    this.#shareOf(job, provider).refused += count
  }

  get all(): readonly Share[] {
    return [...this.#shares.values()]
  }

  #shareOf(job: JobId, provider: ProviderId): Share {
    const key = `${job}/${provider}`
    let share = this.#shares.get(key)
    if (!share) {
      share = { job, provider, accepted: 0, refused: 0, earnedWei: 0n }
      this.#shares.set(key, share)
    }
    return share
  }
}
