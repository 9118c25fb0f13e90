import { assert } from '#protocol/assert.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { Offer } from '#protocol/offer.ts'
import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import { emptyState, type Job, type Provider } from '#coordinator/core/state.ts'
import { step } from '#coordinator/core/step.ts'
import { aJob, type JobChanges } from '#test/coordinator/core/a-world.ts'
import { anOffer } from '#test/network/an-offer.ts'

/** A provider's account by number. */
export function accountOf(number: number): Hex {
  return toHex(
    Uint8Array.from({ length: 20 }, (_, place) => (place < 16 ? 0xcc : number >> (8 * (19 - place)))),
  )
}

/** A state with any number of jobs and providers, driven by events as the coordinator drives it. */
export class MarketWorld {
  readonly state = emptyState()
  nowMs = 1_000_000
  #numbers = 0

  happens(event: Event): Effect[] {
    return step(this.state, event, this.nowMs)
  }

  /** A funded job. The price of a unit is what its results earn together. */
  start(changes: JobChanges & { payWei?: bigint } = {}): Job {
    const job = this.submit(changes)
    this.happens({ kind: 'jobFunded', job: job.terms.id, fundedWei: job.terms.plan.budgetWei })
    return job
  }

  submit(changes: JobChanges & { payWei?: bigint } = {}): Job {
    this.#numbers += 1
    const { payWei, ...rest } = changes
    const terms = aJob({ number: this.#numbers, ...rest })
    const { plan } = terms
    const pay = payWei ?? plan.unitPayWei
    const unitPriceWei = pay * BigInt(plan.quorum)
    const costWei = 4n * unitPriceWei * BigInt(plan.unitCount)
    const priced = { ...plan, unitPayWei: pay, unitPriceWei, costWei, budgetWei: costWei }
    this.happens({ kind: 'jobSubmitted', terms: { ...terms, plan: priced } })
    const job = this.state.jobs.get(terms.id)
    assert(job, 'the job was submitted')
    return job
  }

  join(number: number, offer: Partial<Offer> = {}, capacity = 1): Provider {
    const id: ProviderId = accountOf(number)
    this.happens({
      kind: 'providerJoined',
      session: `${number}`,
      provider: id,
      capacity,
      offer: anOffer(offer),
    })
    const provider = this.state.providers.get(id)
    assert(provider, 'the provider has joined')
    return provider
  }

  /** Lets time pass while every provider keeps beating, then looks at the clock. */
  wait(durationMs: number): void {
    this.nowMs += durationMs
    for (const provider of this.state.providers.values()) provider.lastHeardMs = this.nowMs
    this.happens({ kind: 'timePassed' })
  }
}
