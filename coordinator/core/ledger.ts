import type { ProviderId } from '#protocol/ids.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { Effect } from './effects.ts'
import type { LedgerRow } from './records.ts'
import type { Account, Job, ProviderShare, State } from './state.ts'

/** One accepted result: its pay is earned by its provider and charged to the requester. The two sums are equal, always. */
export function payResult(
  state: State,
  job: Job,
  result: Pick<LedgerRow, 'assignment' | 'unit' | 'provider' | 'amountWei'>,
  nowMs: number,
  effects: Effect[],
): void {
  const { provider, amountWei } = result
  job.chargedWei += amountWei
  const account = accountOf(state, provider)
  account.accepted += 1
  account.earnedWei += amountWei
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

export function accountMessageOf(state: State, provider: ProviderId): FromCoordinator {
  const account = state.accounts.get(provider)
  return { type: 'account', accepted: account?.accepted ?? 0, ...sumsOf(account) }
}

/** Tells a provider its sums, if it is connected. */
export function sendAccount(state: State, provider: ProviderId, effects: Effect[]): void {
  const session = state.providers.get(provider)?.session
  if (session !== undefined)
    effects.push({ kind: 'send', session, message: accountMessageOf(state, provider) })
}
