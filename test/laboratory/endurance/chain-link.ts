import type { Effect } from '#coordinator/core/effects.ts'
import type { Event } from '#coordinator/core/events.ts'
import type { Random } from '#test/simulation/random.ts'
import { answerTo } from '#test/simulation/simulated-auditors.ts'
import type { SimulatedChain } from '#test/simulation/simulated-chain.ts'
import type { Timeline } from '#test/simulation/timeline.ts'

export type ChainOrder = Extract<
  Effect,
  { readonly kind: 'prepareEpoch' | 'attestEpoch' | 'postEpoch' | 'pushClaims' }
>

export interface ChainWorld {
  readonly timeline: Timeline
  readonly random: Random
  readonly isTrouble: boolean
  /** Of the coordinator that is up now: another has another number. */
  readonly life: number
  readonly handle: (event: Event) => void
}

/** A transaction: it may fail before or after it took effect, and its coordinator may be gone when it is done. */
export function sendToChain(order: ChainOrder, chain: SimulatedChain, world: ChainWorld): void {
  const { timeline, random, life } = world
  timeline.after(random.between(2_000, 60_000), () => {
    const failure = world.isTrouble ? random.unit() : 1
    const event = failure < 0.1 ? undefined : carryOut(order, chain)
    if (life !== world.life) return
    world.handle(event === undefined || failure < 0.2 ? { kind: 'chainFailed', reason: 'simulated' } : event)
  })
}

function carryOut(order: ChainOrder, chain: SimulatedChain): Event | undefined {
  switch (order.kind) {
    case 'prepareEpoch':
    case 'attestEpoch':
      return answerTo(order)
    case 'postEpoch':
      if (!chain.post(order.epoch)) return undefined
      return { kind: 'epochPosted', epoch: order.epoch.number, transaction: undefined }
    case 'pushClaims':
      for (const { provider, cumulativeWei } of order.claims) chain.claim(provider, cumulativeWei)
      return { kind: 'claimsPaid', paid: order.claims, transaction: undefined }
  }
}
