import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { sendAccount } from './ledger.ts'
import type { State } from './state.ts'

/** Somebody else sent a claim, the wallet itself for instance; the chain says how far an account has been paid. */
export function seeClaim(
  state: State,
  { account: address, claimedWei }: Extract<Event, { kind: 'claimSeen' }>,
  effects: Effect[],
): void {
  const account = state.accounts.get(address)
  // The chain may be ahead: it holds a root whose posting has not been reported yet.
  if (!account || claimedWei <= account.claimedWei || claimedWei > account.settledWei) return
  account.claimedWei = claimedWei
  effects.push({
    kind: 'persist',
    record: { table: 'claims', row: { provider: address, claimedWei, transaction: undefined } },
  })
  sendAccount(state, address, effects)
}
