import { encodeFunctionData } from 'viem'
import { settlement } from '#contracts/artifacts.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { AttestedEpoch, PreparedEpoch } from '../../core/state.ts'
import type { ProvenClaim } from './chain.ts'

/** The settlement's calls as bytes, from the core's own words. */
export function proposeEpochCall(epoch: AttestedEpoch): Hex {
  const signatures = epoch.signatures.map(({ signature }) => signature)
  return encodeFunctionData({
    abi: settlement.abi,
    functionName: 'proposeEpoch',
    args: [...proposalOf(epoch), signatures],
  })
}

export function activateEpochCall(epoch: PreparedEpoch): Hex {
  return encodeFunctionData({
    abi: settlement.abi,
    functionName: 'activateEpoch',
    args: proposalOf(epoch),
  })
}

export function claimManyCall(claims: readonly ProvenClaim[]): Hex {
  const args = claims.map(({ provider, cumulativeWei, proof }) => ({
    account: provider,
    cumulative: cumulativeWei,
    proof: [...proof],
  }))
  return encodeFunctionData({ abi: settlement.abi, functionName: 'claimMany', args: [args] })
}

function proposalOf({ attestation, charges, closedJobs }: PreparedEpoch) {
  const { epoch, logSize, logRoot, payRoot, totalEarnedWei, totalChargedWei, chargesHash } = attestation
  return [
    {
      epoch: BigInt(epoch),
      logSize: BigInt(logSize),
      logRoot,
      payRoot,
      totalEarned: totalEarnedWei,
      totalCharged: totalChargedWei,
      chargesHash,
    },
    charges.map(({ job, cumulativeWei }) => ({ jobId: job, cumulative: cumulativeWei })),
    [...closedJobs],
  ] as const
}
