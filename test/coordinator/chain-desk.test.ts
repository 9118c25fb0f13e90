import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { describe, expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import type { Event } from '#coordinator/core/events.ts'
import { AttestationRefused, type Attestors } from '#coordinator/edge/chain/attestors.ts'
import { PayoutDesk } from '#coordinator/edge/chain/payout-desk.ts'
import { createLog } from '#coordinator/edge/log.ts'
import { lookForFunds } from '#coordinator/funding-watch.ts'
import { providerViewOf, SettlementDesk } from '#coordinator/settlement-desk.ts'
import { aJob, providerOf, World } from './core/a-world.ts'
import { HandClock } from './edge/hand-clock.ts'
import { SmallChain } from './small-chain.ts'

const log = createLog('silent')
const day = 24 * 3_600
const anAttestation = {
  epoch: 4,
  logSize: 9,
  logRoot: toHex(new Uint8Array(32).fill(1)),
  payRoot: toHex(new Uint8Array(32).fill(2)),
  totalEarnedWei: 10n,
  totalChargedWei: 10n,
  chargesHash: toHex(new Uint8Array(32).fill(3)),
}

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
  const payouts = new PayoutDesk()
  const earnings = Array.from('AB').map((name) => ({ provider: providerOf(name), cumulativeWei: 5n }))
  const epoch = { number: 4, earnings, charges: [], closedJobs: [] }
  const attested = { ...epoch, attestation: anAttestation, signatures: [] }
  const head = { size: 9, root: anAttestation.logRoot }
  const signatures = [{ auditor: providerOf('X'), signature: '0x12' as const }]
  const aDesk = (attest: Attestors['attest'] = () => Promise.resolve(signatures)) => {
    const chain = new SmallChain()
    const events: Event[] = []
    const post = (event: Event) => events.push(event)
    const logHead = () => Promise.resolve(head)
    const desk = new SettlementDesk({ chain, payouts, attestors: { attest }, logHead, post, log })
    return { chain, events, desk }
  }

  test('[M9] an epoch is prepared with the root of its earnings and the head of the log', async () => {
    const { events, desk } = aDesk()
    desk.perform({ kind: 'prepareEpoch', epoch })
    const payRoot = StandardMerkleTree.of(
      earnings.map(({ provider, cumulativeWei }) => [provider, cumulativeWei]),
      ['address', 'uint256'],
    ).root
    await expect.poll(() => events).toEqual([{ kind: 'epochPrepared', epoch: 4, payRoot, logHead: head }])
  })

  test('[M9] the auditors’ signatures come back; who refuses stops the epoch, who does not answer does not', async () => {
    const answers: [attest: Attestors['attest'], event: Partial<Event>][] = [
      [() => Promise.resolve(signatures), { kind: 'epochAttested', epoch: 4, signatures }],
      [
        () => Promise.reject(new AttestationRefused('entry 7 is wrong')),
        { kind: 'epochStopped', epoch: 4, reason: 'entry 7 is wrong' },
      ],
      [() => Promise.reject(new Error('nobody there')), { kind: 'chainFailed', reason: 'nobody there' }],
    ]
    for (const [attest, event] of answers) {
      const { events, desk } = aDesk(attest)
      desk.perform({ kind: 'attestEpoch', epoch: attested })
      await expect.poll(() => events).toEqual([event])
    }
  })

  test('[M7] what the chain took becomes an event with its transaction', async () => {
    const { chain, events, desk } = aDesk()
    const claims = earnings.slice(0, 1)
    desk.perform({ kind: 'postEpoch', epoch: attested })
    await expect.poll(() => events).toHaveLength(1)
    desk.perform({ kind: 'pushClaims', epoch, claims })
    await expect.poll(() => events).toHaveLength(2)
    expect(chain.transactions).toEqual(['epoch 4', '5/1'])
    expect(events).toMatchObject([
      { kind: 'epochPosted', epoch: 4, transaction: expect.stringMatching(/1$/) as unknown },
      { kind: 'claimsPaid', paid: claims, transaction: expect.stringMatching(/2$/) as unknown },
    ])
  })

  test('[M9] a proposal that waits, and one that was vetoed, are told as such', async () => {
    const { chain, events, desk } = aDesk()
    chain.standing = { kind: 'pending', activatesAtMs: 7_000 }
    desk.perform({ kind: 'postEpoch', epoch: attested })
    await expect.poll(() => events).toEqual([{ kind: 'epochPending', epoch: 4, activatesAtMs: 7_000 }])
    chain.standing = { kind: 'stopped', reason: 'vetoed' }
    desk.perform({ kind: 'postEpoch', epoch: attested })
    await expect.poll(() => events.slice(1)).toEqual([{ kind: 'epochStopped', epoch: 4, reason: 'vetoed' }])
  })

  test('[M7] what it did not take becomes a failure, and nothing is thrown', async () => {
    const { chain, events, desk } = aDesk()
    chain.broken = true
    desk.perform({ kind: 'postEpoch', epoch: attested })
    await expect.poll(() => events).toEqual([{ kind: 'chainFailed', reason: 'no connection' }])
  })

  test('[M4] [P5] a provider sees its sums and a proof that the posted root bears out', async () => {
    const world = new World({ providers: 'ABC' })
    const viewOf = (name: string) => providerViewOf(world.state, providerOf(name), payouts)
    expect(await viewOf('A')).toMatchObject({ claim: null, claimableWei: 0n })
    for (const name of 'AB') world.deliver(name, 1)
    world.wait(0)
    world.happens({ kind: 'epochPosted', epoch: 1, transaction: undefined })
    const { claim, claimableWei } = await viewOf('A')
    expect([claimableWei, claim?.cumulativeWei]).toEqual([5n, 5n])
    const leaf = [providerOf('A'), 5n]
    expect(claim && StandardMerkleTree.verify(claim.root, ['address', 'uint256'], leaf, claim.proof)).toBe(
      true,
    )
    expect((await viewOf('C')).claim).toBeNull()
  })
})
