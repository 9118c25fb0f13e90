import { attestationDigest, chargesHashOf, type Charge } from '#protocol/attestation.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { JobId } from '#protocol/ids.ts'
import { ethereumSignature } from '#coordinator/edge/chain/own-auditor.ts'
import { auditorKeys, type Deployment } from './deployment.ts'

/** The arguments of `proposeEpoch` for the next epoch, signed by the first `signers` auditors. */
export async function attestedEpoch(
  { place, relayer }: Deployment,
  epoch: {
    readonly payRoot: Hex
    readonly totalEarnedWei: bigint
    readonly totalChargedWei: bigint
    readonly charges: readonly Charge[]
    readonly closedJobs: readonly JobId[]
  },
  signers = 2,
) {
  const number = Number(await relayer.settlement.read.proposedEpoch()) + 1
  const { payRoot, totalEarnedWei, totalChargedWei, charges, closedJobs } = epoch
  const attestation = {
    epoch: number,
    logSize: 10 * number,
    logRoot: payRoot,
    payRoot,
    totalEarnedWei,
    totalChargedWei,
    chargesHash: chargesHashOf(charges, closedJobs),
  }
  const digest = attestationDigest(attestation, place)
  return [
    {
      epoch: BigInt(number),
      logSize: BigInt(attestation.logSize),
      logRoot: payRoot,
      payRoot,
      totalEarned: totalEarnedWei,
      totalCharged: totalChargedWei,
      chargesHash: attestation.chargesHash,
    },
    charges.map(({ job, cumulativeWei }) => ({ jobId: job, cumulative: cumulativeWei })),
    [...closedJobs],
    auditorKeys.slice(0, signers).map((key) => ethereumSignature(key, digest)),
  ] as const
}
