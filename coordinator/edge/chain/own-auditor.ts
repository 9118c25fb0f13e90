import { attestationDigest, chargesHashOf } from '#protocol/attestation.ts'
import { fromHex, toHex, type Hex } from '#protocol/bytes.ts'
import { sessionKeyOf, signDigest, type SessionKey } from '#protocol/session-key.ts'
import type { StatementPlace } from '#protocol/statements.ts'
import type { AuditorSignature, PreparedEpoch, State } from '../../core/state.ts'
import { AttestationRefused, type Attestors } from './attestors.ts'
import { PayoutDesk } from './payout-desk.ts'

/**
 * The development network's one auditor. It runs inside the coordinator and reads the coordinator's own ledger, so it
 * catches mistakes and no lies; auditors that replay the public log run as processes of their own.
 */
export class OwnAuditor implements Attestors {
  readonly #key: SessionKey
  readonly #place: StatementPlace
  readonly #ledger: Pick<State, 'accounts' | 'jobs' | 'postedEpoch'>
  /** Its own, so that it builds the tree anew. */
  readonly #payouts = new PayoutDesk()

  constructor(options: {
    readonly secret: Uint8Array
    readonly place: StatementPlace
    readonly ledger: Pick<State, 'accounts' | 'jobs' | 'postedEpoch'>
  }) {
    this.#key = sessionKeyOf(options.secret)
    this.#place = options.place
    this.#ledger = options.ledger
  }

  async attest(epoch: PreparedEpoch): Promise<readonly AuditorSignature[]> {
    this.#checkEarnings(epoch)
    this.#checkCharges(epoch)
    const { attestation } = epoch
    refuseUnless(attestation.epoch === epoch.number, 'it is attested under another number')
    refuseUnless(
      attestation.payRoot === (await this.#payouts.rootOf(epoch)),
      'the root is not that of its earnings',
    )
    const signature = ethereumSignature(this.#key, attestationDigest(attestation, this.#place))
    return [{ auditor: this.#key.provider, signature }]
  }

  close(): Promise<void> {
    return this.#payouts.close()
  }

  #checkEarnings({ earnings, attestation }: PreparedEpoch): void {
    const given = new Map(earnings.map(({ provider, cumulativeWei }) => [provider, cumulativeWei]))
    refuseUnless(given.size === earnings.length, 'an account is paid under two leaves')
    for (const [provider, cumulativeWei] of given)
      refuseUnless(
        cumulativeWei <= (this.#ledger.accounts.get(provider)?.earnedWei ?? 0n),
        `${provider} is given more than it has earned`,
      )
    for (const { provider, cumulativeWei } of this.#ledger.postedEpoch?.earnings ?? [])
      refuseUnless((given.get(provider) ?? 0n) >= cumulativeWei, `${provider} is given less than before`)
    refuseUnless(sumOf(earnings) === attestation.totalEarnedWei, 'the sum of its earnings is another')
  }

  #checkCharges({ charges, closedJobs, attestation }: PreparedEpoch): void {
    const charged = new Map(charges.map(({ job, cumulativeWei }) => [job, cumulativeWei]))
    refuseUnless(charged.size === charges.length, 'a job is charged twice')
    let totalWei = 0n
    for (const [id, job] of this.#ledger.jobs) {
      const cumulativeWei = charged.get(id) ?? job.settledChargeWei
      refuseUnless(cumulativeWei <= job.chargedWei, `${id} is charged more than its results have earned`)
      totalWei += cumulativeWei
      charged.delete(id)
    }
    refuseUnless(charged.size === 0, 'an unknown job is charged')
    refuseUnless(totalWei === attestation.totalChargedWei, 'the sum of its charges is another')
    refuseUnless(attestation.totalEarnedWei <= totalWei, 'more is earned than charged')
    refuseUnless(
      attestation.chargesHash === chargesHashOf(charges, closedJobs),
      'other charges are attested than are made',
    )
  }
}

/** As contracts read it: r, s, and 27 or 28. */
export function ethereumSignature(key: SessionKey, digest: Hex): Hex {
  const bytes = fromHex(signDigest(key, digest))
  bytes[64] = (bytes[64] ?? 0) + 27
  return toHex(bytes)
}

function refuseUnless(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new AttestationRefused(fault)
}

function sumOf(sums: readonly { readonly cumulativeWei: bigint }[]): bigint {
  return sums.reduce((sum, { cumulativeWei }) => sum + cumulativeWei, 0n)
}
