import { assert } from '#protocol/assert.ts'
import { attestationDigest } from '#protocol/attestation.ts'
import type { JobId, ProviderId } from '#protocol/ids.ts'
import type { Epoch } from '#coordinator/core/state.ts'
import { simulatedPlace } from './simulated-auditors.ts'

/** The contracts' rules for money in a few lines: cumulative, monotone, solvent. Trouble is made by the caller. */
export class SimulatedChain {
  readonly charged = new Map<JobId, bigint>()
  readonly refunded = new Map<JobId, bigint>()
  readonly claimed = new Map<ProviderId, bigint>()
  readonly #funded = new Map<JobId, bigint>()
  /** By epoch, what was attested of it: of each number one thing, ever. */
  readonly #attested = new Map<number, string>()
  #epoch = 0
  /** The highest epoch ever posted or stopped. */
  #newest = 0
  #earnings = new Map<ProviderId, bigint>()

  /** The epoch in effect. */
  get epoch(): number {
    return this.#epoch
  }

  fund(job: JobId, wei: bigint): void {
    this.#funded.set(job, (this.#funded.get(job) ?? 0n) + wei)
  }

  /** What an auditor stops is never posted, nor is what stood before it. */
  veto(epoch: Epoch): void {
    assert(epoch.number > this.#epoch, 'what is in effect is not vetoed')
    this.#newest = epoch.number
  }

  isStopped(epoch: Epoch): boolean {
    return epoch.number <= this.#newest && epoch.number !== this.#epoch
  }

  /** Posts an epoch; the last one again changes nothing, one that was stopped reverts (false). */
  post(epoch: Epoch): boolean {
    if (this.isStopped(epoch)) return false
    this.#attest(epoch)
    if (epoch.number === this.#epoch) {
      assert(
        epoch.earnings.every(({ provider, cumulativeWei }) => this.#earnings.get(provider) === cumulativeWei),
        'an epoch sent again is the very same',
      )
      return true
    }
    for (const { job, cumulativeWei } of epoch.charges) {
      assert(cumulativeWei >= (this.charged.get(job) ?? 0n), 'a charge never falls')
      assert(cumulativeWei <= (this.#funded.get(job) ?? 0n), 'a charge never exceeds the funds')
      assert(!this.refunded.has(job), 'a closed job is not charged')
      this.charged.set(job, cumulativeWei)
    }
    for (const job of epoch.closedJobs)
      this.refunded.set(job, (this.#funded.get(job) ?? 0n) - (this.charged.get(job) ?? 0n))
    const earnings = new Map(epoch.earnings.map(({ provider, cumulativeWei }) => [provider, cumulativeWei]))
    assert(sum(earnings) <= sum(this.charged), 'no more is earned than charged')
    for (const [provider, wei] of this.#earnings)
      assert((earnings.get(provider) ?? 0n) >= wei, 'a root never lowers anyone')
    this.#earnings = earnings
    this.#epoch = epoch.number
    this.#newest = epoch.number
    return true
  }

  #attest({ number, attestation }: Epoch): void {
    assert(attestation, 'what is posted has been attested')
    const digest = attestationDigest(attestation, simulatedPlace)
    assert(
      (this.#attested.get(number) ?? digest) === digest,
      'an auditor is never asked for two attestations of one epoch',
    )
    this.#attested.set(number, digest)
  }

  /** Pays an account up to a cumulative sum; reverts (false) when the current root does not prove it. */
  claim(provider: ProviderId, cumulativeWei: bigint): boolean {
    if (this.#earnings.get(provider) !== cumulativeWei) return false
    this.claimed.set(provider, cumulativeWei)
    return true
  }
}

function sum(amounts: ReadonlyMap<unknown, bigint>): bigint {
  return [...amounts.values()].reduce((total, wei) => total + wei, 0n)
}
