import type { Logger } from 'pino'
import type { ProviderView } from '#protocol/api.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { buildPayoutTree } from '#protocol/payout-tree.ts'
import type { Effect } from './core/effects.ts'
import type { Event } from './core/events.ts'
import type { State } from './core/state.ts'
import { providerSumsOf } from './core/views.ts'
import type { Chain } from './edge/chain/chain.ts'

/** Carries the core's orders to the chain and its answers back. A failed order is tried again when the core says so. */
export class SettlementDesk {
  readonly #chain: Chain
  readonly #post: (event: Event) => void
  readonly #log: Logger

  constructor(chain: Chain, post: (event: Event) => void, log: Logger) {
    this.#chain = chain
    this.#post = post
    this.#log = log
  }

  perform(effect: Extract<Effect, { kind: 'postEpoch' | 'pushClaims' }>): void {
    this.#carryOut(effect).then(this.#post, (error: unknown) => {
      this.#log.warn({ error }, `the chain did not take ${effect.kind}; it is tried again`)
      this.#post({ kind: 'chainFailed', reason: error instanceof Error ? error.message : String(error) })
    })
  }

  async #carryOut(effect: Extract<Effect, { kind: 'postEpoch' | 'pushClaims' }>): Promise<Event> {
    if (effect.kind === 'postEpoch')
      return {
        kind: 'epochPosted',
        epoch: effect.epoch.number,
        transaction: await this.#chain.postEpoch(effect.epoch),
      }
    return {
      kind: 'claimsPaid',
      paid: effect.claims,
      transaction: await this.#chain.payClaims(effect.epoch, effect.claims),
    }
  }
}

/** A provider's sums with the proof that lets anyone claim what is claimable. */
export function providerViewOf(state: State, provider: ProviderId): ProviderView {
  const sums = providerSumsOf(state, provider)
  const epoch = state.postedEpoch
  const leaf = epoch?.earnings.find((earning) => earning.provider === provider)
  if (!epoch || !leaf) return { ...sums, claim: null }
  const tree = buildPayoutTree(epoch.earnings)
  return {
    ...sums,
    claim: {
      epoch: epoch.number,
      root: tree.root,
      cumulativeWei: leaf.cumulativeWei,
      proof: [...(tree.proofOf(provider) ?? [])],
    },
  }
}
