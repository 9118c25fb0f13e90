import { describe, expect, test } from 'vitest'
import { attestationDigest } from '#protocol/attestation.ts'
import { fromHex, toHex, type Hex } from '#protocol/bytes.ts'
import { sessionKeyOf, signerOf } from '#protocol/session-key.ts'
import type { PreparedEpoch } from '#coordinator/core/state.ts'
import { OwnAuditor } from '#coordinator/edge/chain/own-auditor.ts'
import { PayoutDesk } from '#coordinator/edge/chain/payout-desk.ts'
import { aJob, providerOf, World } from '../core/a-world.ts'

const secret = new Uint8Array(32).fill(8)
const place = { chainId: 31_337, settlement: toHex(new Uint8Array(20).fill(1)) }

/** A ledger with one unit accepted of two, and the epoch that settles it, ready to be attested. */
function aPreparedEpoch() {
  const world = new World({ terms: aJob({ unitCount: 2 }), providers: 'AB' })
  world.answersOrders = false
  const assignments = Array.from('AB').map((name) => [name, world.assignmentOf(name)] as const)
  for (const [name, assignment] of assignments) world.deliver(name, 1, assignment)
  world.answersOrders = true
  world.wait(0)
  const order = world.effects.find((effect) => effect.kind === 'attestEpoch')
  if (!order) throw new Error('nothing is to be attested')
  const auditor = new OwnAuditor({ secret, place, ledger: world.state })
  return { epoch: order.epoch, auditor, job: world.terms.id }
}

/** The account that signed, from a signature as contracts read it. */
function signedBy(digest: Hex, signature: Hex): Hex | undefined {
  const bytes = fromHex(signature)
  bytes[64] = (bytes[64] ?? 0) - 27
  return signerOf(digest, toHex(bytes))
}

describe('[M9] the development network’s auditor', () => {
  test('signs what its ledger bears out, the very same each time', async () => {
    const { epoch, auditor } = aPreparedEpoch()
    const signatures = await auditor.attest(epoch)
    const digest = attestationDigest(epoch.attestation, place)
    expect(signatures.map(({ signature }) => signedBy(digest, signature))).toEqual([
      sessionKeyOf(secret).provider,
    ])
    expect(await auditor.attest(epoch)).toEqual(signatures)
  })

  const more = (epoch: PreparedEpoch, changes: Partial<PreparedEpoch>, attested = {}): PreparedEpoch => ({
    ...epoch,
    ...changes,
    attestation: { ...epoch.attestation, ...attested },
  })
  const stranger = { provider: providerOf('Z'), cumulativeWei: 1n }
  const lies: [what: string, lie: (epoch: PreparedEpoch) => PreparedEpoch, fault: RegExp][] = [
    [
      'a stranger is given something',
      (epoch) => more(epoch, { earnings: [...epoch.earnings, stranger] }),
      /given more than it has earned/,
    ],
    [
      'an account has two leaves',
      (epoch) => more(epoch, { earnings: [...epoch.earnings, ...epoch.earnings.slice(0, 1)] }),
      /two leaves/,
    ],
    ['another sum is earned', (epoch) => more(epoch, {}, { totalEarnedWei: 9n }), /sum of its earnings/],
    ['another sum is charged', (epoch) => more(epoch, {}, { totalChargedWei: 11n }), /sum of its charges/],
    [
      'a job is charged more than its results have earned',
      (epoch) => more(epoch, { charges: epoch.charges.map(({ job }) => ({ job, cumulativeWei: 11n })) }),
      /charged more/,
    ],
    [
      'a job is charged twice',
      (epoch) => more(epoch, { charges: [...epoch.charges, ...epoch.charges] }),
      /charged twice/,
    ],
    [
      'an unknown job is charged',
      (epoch) =>
        more(epoch, { charges: [...epoch.charges, { job: `0x${'99'.repeat(32)}`, cumulativeWei: 1n }] }),
      /unknown job/,
    ],
    [
      'nothing is charged',
      (epoch) => more(epoch, { charges: [] }, { totalChargedWei: 0n }),
      /more is earned/,
    ],
    [
      'another job is closed',
      (epoch) => more(epoch, { closedJobs: [`0x${'99'.repeat(32)}`] }),
      /other charges/,
    ],
    ['another root', (epoch) => more(epoch, {}, { payRoot: `0x${'00'.repeat(32)}` }), /the root/],
    ['another number', (epoch) => more(epoch, {}, { epoch: 7 }), /another number/],
  ]
  test.each(lies)('does not sign when %s', async (_what, lie, fault) => {
    const { epoch, auditor } = aPreparedEpoch()
    await expect(auditor.attest(lie(epoch))).rejects.toThrow(fault)
    await expect(auditor.attest(lie(epoch))).rejects.toMatchObject({ name: 'AttestationRefused' })
  })
})

describe('[M9] the thread that builds payout trees', () => {
  test('answers about one epoch after the other, and starts again after its end', async () => {
    const payouts = new PayoutDesk()
    const epochOf = (number: number) => ({
      number,
      earnings: [{ provider: providerOf('A'), cumulativeWei: BigInt(number) }],
    })
    const [first, second] = [epochOf(1), epochOf(2)]
    const roots = await Promise.all([first, second, first].map((epoch) => payouts.rootOf(epoch)))
    expect(roots[0]).toBe(roots[2])
    expect(roots[0]).not.toBe(roots[1])
    expect(await payouts.proofsOf(first, [providerOf('A'), providerOf('B')])).toEqual([[], undefined])
    await payouts.close()
    expect(await payouts.rootOf(second)).toBe(roots[1])
    expect(await payouts.rootOf({ number: 3, earnings: [] })).toMatch(/^0x0{64}$/)
    await payouts.close()
  })

  test('says why it could not answer', async () => {
    const payouts = new PayoutDesk()
    const earning = { provider: providerOf('A'), cumulativeWei: 1n }
    await expect(payouts.rootOf({ number: 1, earnings: [earning, earning] })).rejects.toThrow('one leaf')
    expect(await payouts.rootOf({ number: 1, earnings: [earning] })).toMatch(/^0x/)
    await payouts.close()
  })
})
