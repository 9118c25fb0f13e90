import type { ProviderId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { Effect } from './effects.ts'
import type { LedgerRow } from './records.ts'
import type { Account, Job, ProviderShare, State } from './state.ts'
import { payeeOf } from './wallet-state.ts'

/**
 * One accepted result: its pay is earned by its provider, accrues to the wallet that provider has linked, and is charged to
 * the requester. The sums are equal, always.
 */
export function payResult(
  state: State,
  job: Job,
  result: Pick<LedgerRow, 'assignment' | 'unit' | 'provider' | 'amountWei'>,
  nowMs: number,
  effects: Effect[],
): void {
  const { provider, amountWei } = result
  job.chargedWei += amountWei
  accountOf(state, provider).accepted += 1
  accountOf(state, payeeOf(state, provider)).earnedWei += amountWei
  const share = shareOf(job, provider)
  share.accepted += 1
  share.earnedWei += amountWei
  effects.push({
    kind: 'persist',
    record: { table: 'ledger', row: { ...result, job: job.terms.id, atMs: nowMs } },
  })
}

/** Counts a refused result against its provider. */
export function countRefusal(state: State, job: Job, provider: ProviderId): void {
  accountOf(state, provider).refused += 1
  shareOf(job, provider).refused += 1
  job.refusedCount += 1
}

/** The account of a provider, opened on first use. */
export function accountOf(state: State, provider: ProviderId): Account {
  let account = state.accounts.get(provider)
  if (!account) {
    account = { accepted: 0, refused: 0, pendingWei: 0n, earnedWei: 0n, settledWei: 0n, claimedWei: 0n }
    state.accounts.set(provider, account)
  }
  return account
}

/** A provider's share in a job, opened on first use. */
export function shareOf(job: Job, provider: ProviderId): ProviderShare {
  let share = job.shares.get(provider)
  if (!share) {
    share = { accepted: 0, refused: 0, earnedWei: 0n }
    job.shares.set(provider, share)
  }
  return share
}

/** The sums of an account as its owner sees them: never merged. */
export function sumsOf(account: Account | undefined) {
  const { pendingWei = 0n, earnedWei = 0n, settledWei = 0n, claimedWei = 0n } = account ?? {}
  return {
    pendingWei,
    earnedWei: earnedWei - settledWei,
    claimableWei: settledWei - claimedWei,
    claimedWei,
  }
}

/** What a provider is told: what is pending for it, and what accrued to its own account and to its linked wallet. */
export function accountMessageOf(state: State, provider: ProviderId): FromCoordinator {
  const own = state.accounts.get(provider)
  const sums = sumsOf(own)
  const payee = payeeOf(state, provider)
  const linked = payee === provider ? undefined : sumsOf(state.accounts.get(payee))
  return {
    type: 'account',
    accepted: own?.accepted ?? 0,
    pendingWei: sums.pendingWei,
    earnedWei: sums.earnedWei + (linked?.earnedWei ?? 0n),
    claimableWei: sums.claimableWei + (linked?.claimableWei ?? 0n),
    claimedWei: sums.claimedWei + (linked?.claimedWei ?? 0n),
  }
}

/** Tells an account's sums to its provider, and to all whose pay goes there, where they are connected. */
export function sendAccount(state: State, account: ProviderId, effects: Effect[]): void {
  for (const provider of new Set([account, ...(state.linkedTo.get(account) ?? [])])) {
    const session = state.providers.get(provider)?.session
    if (session !== undefined)
      effects.push({ kind: 'send', session, message: accountMessageOf(state, provider) })
  }
}
