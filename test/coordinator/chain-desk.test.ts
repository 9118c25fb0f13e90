import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { describe, expect, test } from 'vitest'
import type { Event } from '#coordinator/core/events.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { lookForFunds } from '#coordinator/funding-watch.ts'
import { providerViewOf, SettlementDesk } from '#coordinator/settlement-desk.ts'
import { aJob, providerOf, World } from './core/a-world.ts'
import { HandClock } from './edge/hand-clock.ts'
import { SmallChain } from './small-chain.ts'

const log = createLog('silent')
const day = 24 * 3_600

describe('the watch on the escrow', () => {
  const clock = new HandClock()
  const nowSeconds = BigInt(Math.ceil(clock.nowMs() / 1_000))
  const lookAt = async (fundedWei: bigint, refundableAtSeconds: bigint) => {
    const world = new World({ funded: false })
    const chain = new SmallChain()
    chain.funds.set(world.terms.id, { fundedWei, refundableAtSeconds })
    const events: Event[] = []
    await lookForFunds(world.state, chain, clock, (event) => events.push(event), log)
    return { events, job: world.terms.id }
  }
  const { costWei } = aJob().plan

  test('[J7] the whole cost, safe for a day: the job is funded', async () => {
    const { events, job } = await lookAt(costWei, nowSeconds + BigInt(day))
    expect(events).toEqual([{ kind: 'jobFunded', job, fundedWei: costWei }])
  })

  test.each<[why: string, fundedWei: bigint, refundableAtSeconds: bigint]>([
    ['one wei short', costWei - 1n, nowSeconds + BigInt(2 * day)],
    ['to be taken back a second before a day has passed', costWei, nowSeconds + BigInt(day) - 1n],
    ['to be taken back at any time', costWei, 0n],
  ])('[J7] %s: it is not', async (_why, fundedWei, refundableAtSeconds) => {
    expect((await lookAt(fundedWei, refundableAtSeconds)).events).toEqual([])
  })

  test('[J7] a job that runs is not looked up again', async () => {
    const world = new World()
    const events: Event[] = []
    const chain = new SmallChain()
    chain.funds.set(world.terms.id, { fundedWei: 10n ** 18n, refundableAtSeconds: nowSeconds * 2n })
    await lookForFunds(world.state, chain, clock, (event) => events.push(event), log)
    expect(events).toEqual([])
  })
})

describe('the settlement desk', () => {
  const epoch = { number: 4, earnings: [], charges: [], closedJobs: [] }
  const aDesk = () => {
    const chain = new SmallChain()
    const events: Event[] = []
    return { chain, events, desk: new SettlementDesk(chain, (event) => events.push(event), log) }
  }

  test('[M7] what the chain took becomes an event with its transaction', async () => {
    const { chain, events, desk } = aDesk()
    const claims = [{ provider: providerOf('A'), cumulativeWei: 5n }]
    desk.perform({ kind: 'postEpoch', epoch })
    desk.perform({ kind: 'pushClaims', epoch, claims })
    await expect.poll(() => events).toHaveLength(2)
    expect(chain.transactions).toEqual(['epoch 4', '1 claims of epoch 4'])
    expect(events).toMatchObject([
      { kind: 'epochPosted', epoch: 4, transaction: expect.stringMatching(/1$/) as unknown },
      { kind: 'claimsPaid', paid: claims, transaction: expect.stringMatching(/2$/) as unknown },
    ])
  })

  test('[M7] what it did not take becomes a failure, and nothing is thrown', async () => {
    const { chain, events, desk } = aDesk()
    chain.broken = true
    desk.perform({ kind: 'postEpoch', epoch })
    await expect.poll(() => events).toEqual([{ kind: 'chainFailed', reason: 'no connection' }])
  })

  test('[M4] [P5] a provider sees its sums and a proof that the posted root bears out', () => {
    const world = new World({ providers: 'ABC' })
    expect(providerViewOf(world.state, providerOf('A'))).toMatchObject({ claim: null, claimableWei: 0n })
    for (const name of 'AB') world.deliver(name, 1)
    world.wait(0)
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    const { claim, claimableWei } = providerViewOf(world.state, providerOf('A'))
    expect([claimableWei, claim?.cumulativeWei]).toEqual([5n, 5n])
    const leaf = [providerOf('A'), 5n]
    expect(claim && StandardMerkleTree.verify(claim.root, ['address', 'uint256'], leaf, claim.proof)).toBe(
      true,
    )
    expect(providerViewOf(world.state, providerOf('C')).claim).toBeNull()
  })
})
