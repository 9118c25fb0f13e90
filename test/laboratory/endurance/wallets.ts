import { assert } from '#protocol/assert.ts'
import type { AssignmentId, JobId, ProviderId } from '#protocol/ids.ts'
import type { DurableRecord } from '#coordinator/core/records.ts'
import type { JobTerms, State } from '#coordinator/core/state.ts'
import type { Stored } from '#coordinator/core/stored.ts'
import type { SimulatedChain } from '#test/simulation/simulated-chain.ts'

/** [M5] When all is over, wallets hold exactly what the ledger says, the escrow has paid it, and requesters have the rest. */
export function checkWallets(
  shares: Stored['shares'],
  chain: SimulatedChain,
  jobs: readonly JobTerms[],
): void {
  const earned = new Map<ProviderId, bigint>()
  const charged = new Map<JobId, bigint>()
  for (const { job, provider, earnedWei } of shares) {
    earned.set(provider, (earned.get(provider) ?? 0n) + earnedWei)
    charged.set(job, (charged.get(job) ?? 0n) + earnedWei)
  }
  for (const [provider, wei] of earned)
    assert((chain.claimed.get(provider) ?? 0n) === wei, '[M5] a wallet holds what its provider has earned')
  for (const { id, plan } of jobs) {
    const chargedWei = charged.get(id) ?? 0n
    assert((chain.charged.get(id) ?? 0n) === chargedWei, '[M1] the escrow paid what was earned')
    // A job that was cancelled before it had funds is not closed on the chain.
    const refundedWei = chain.refunded.get(id)
    assert(
      refundedWei === undefined ? chargedWei === 0n : refundedWei === plan.budgetWei - chargedWei,
      '[M6] the rest went back to the requester',
    )
  }
}

/** Whether so many jobs have come to their end, and all pay is in the wallets. */
export function isAllSettled(state: State | undefined, jobs: number): boolean {
  return (
    state?.chainWork.kind === 'none' &&
    state.jobs.size === jobs &&
    [...state.jobs.values()].every(({ phase }) => phase === 'settled') &&
    [...state.accounts.values()].every(({ claimedWei, earnedWei }) => claimedWei === earnedWei)
  )
}

/** [M3] Adds what is entered in the ledger to what was before. */
export function noteOnce(paid: Set<AssignmentId>, records: readonly DurableRecord[]): void {
  for (const record of records) {
    if (record.table !== 'ledger') continue
    const { assignment } = record.row
    assert(!paid.has(assignment), '[M3] what a result earns is entered once')
    paid.add(assignment)
  }
}
