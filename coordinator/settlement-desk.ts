import type { Logger } from 'pino'
import type { ProviderView } from '#protocol/api.ts'
import { assert, unreachable } from '#protocol/assert.ts'
import type { ProviderId } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log-head.ts'
import type { Effect } from './core/effects.ts'
import type { Event } from './core/events.ts'
import type { State } from './core/state.ts'
import { providerSumsOf } from './core/views.ts'
import { AttestationRefused, type Attestors } from './edge/chain/attestors.ts'
import type { Chain } from './edge/chain/chain.ts'
import type { PayoutDesk } from './edge/chain/payout-desk.ts'

export type SettlementOrder = Extract<
  Effect,
  { kind: 'prepareEpoch' | 'attestEpoch' | 'postEpoch' | 'pushClaims' }
>

export interface SettlementDeskOptions {
  readonly chain: Chain
  readonly payouts: PayoutDesk
  readonly attestors: Attestors
  /** The log's head, which covers everything that was durable when it was asked for. */
  readonly logHead: () => Promise<LogHead>
  readonly post: (event: Event) => void
  readonly log: Logger
}

/** Carries the core's orders to chain and auditors, and their answers back. A failed order is tried again when the core says so. */
export class SettlementDesk {
  readonly #options: SettlementDeskOptions

  constructor(options: SettlementDeskOptions) {
    this.#options = options
  }

  perform(order: SettlementOrder): void {
    const { post, log } = this.#options
    this.#carryOut(order).then(post, (error: unknown) => {
      log.warn({ error }, `${order.kind} was not done; it is tried again`)
      post({ kind: 'chainFailed', reason: error instanceof Error ? error.message : String(error) })
    })
  }

  async #carryOut(order: SettlementOrder): Promise<Event> {
    const { chain, payouts, logHead } = this.#options
    switch (order.kind) {
      case 'prepareEpoch': {
        const { epoch } = order
        const [head, payRoot] = await Promise.all([logHead(), payouts.rootOf(epoch)])
        return { kind: 'epochPrepared', epoch: epoch.number, payRoot, logHead: head }
      }
      case 'attestEpoch':
        return this.#attest(order)
      case 'postEpoch':
        return this.#post(order)
      case 'pushClaims': {
        const { epoch, claims } = order
        const proofs = await payouts.proofsOf(
          epoch,
          claims.map(({ provider }) => provider),
        )
        const proven = claims.map((claim, index) => {
          const proof = proofs[index]
          assert(proof, 'a claim belongs to a leaf of the posted epoch')
          return { ...claim, proof }
        })
        return { kind: 'claimsPaid', paid: claims, transaction: await chain.payClaims(proven) }
      }
      default:
        return unreachable(order)
    }
  }

  async #attest({ epoch }: Extract<SettlementOrder, { kind: 'attestEpoch' }>): Promise<Event> {
    try {
      const signatures = await this.#options.attestors.attest(epoch)
      return { kind: 'epochAttested', epoch: epoch.number, signatures }
    } catch (error) {
      if (!(error instanceof AttestationRefused)) throw error
      return this.#stopped(epoch.number, error.message)
    }
  }

  async #post({ epoch }: Extract<SettlementOrder, { kind: 'postEpoch' }>): Promise<Event> {
    const standing = await this.#options.chain.postEpoch(epoch)
    switch (standing.kind) {
      case 'active':
        return { kind: 'epochPosted', epoch: epoch.number, transaction: standing.transaction }
      case 'pending':
        return { kind: 'epochPending', epoch: epoch.number, activatesAtMs: standing.activatesAtMs }
      case 'stopped':
        return this.#stopped(epoch.number, standing.reason)
      default:
        return unreachable(standing)
    }
  }

  #stopped(epoch: number, reason: string): Event {
    this.#options.log.error({ epoch, reason }, `epoch ${epoch} was stopped; another takes its place`)
    return { kind: 'epochStopped', epoch, reason }
  }
}

/** A provider's sums with the proof that lets anyone claim what is claimable. */
export async function providerViewOf(
  state: State,
  provider: ProviderId,
  payouts: PayoutDesk,
): Promise<ProviderView> {
  const sums = providerSumsOf(state, provider)
  const epoch = state.postedEpoch
  const leaf = epoch?.earnings.find((earning) => earning.provider === provider)
  if (!epoch || !leaf) return { ...sums, claim: null }
  const [root, [proof]] = await Promise.all([payouts.rootOf(epoch), payouts.proofsOf(epoch, [provider])])
  assert(proof, 'who has earned has a leaf')
  return {
    ...sums,
    claim: { epoch: epoch.number, root, cumulativeWei: leaf.cumulativeWei, proof: [...proof] },
  }
}
