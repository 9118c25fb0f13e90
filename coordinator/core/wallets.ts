import { assert } from '#protocol/assert.ts'
import type { Hex } from '#protocol/bytes.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Effect } from './effects.ts'
import type { Event } from './events.ts'
import { accountOf, sendAccount } from './ledger.ts'
import type { State } from './state.ts'
import { payeeOf, type ProviderWallets, type WalletRow } from './wallet-state.ts'

/** No provider changes its mind so often; it bounds what strangers can make us keep. */
const linksMax = 64

/** Why a link is not taken now; undefined when it is. Asked by the edge before, and by the core again. */
export function linkFault(
  state: State,
  { provider, wallet, serial }: Pick<WalletRow, 'provider' | 'wallet' | 'serial'>,
): Refusal | undefined {
  if (!state.providers.has(provider) && !state.accounts.has(provider))
    return new Refusal('notFound', `Nobody has computed here as ${provider}.`, {
      where: 'sessionKey',
      next: 'Start lending first, then link the wallet.',
    })
  const known = state.wallets.get(provider)
  const next = nextSerialOf(known)
  if (serial !== next)
    return new Refusal('wrongState', `The next link of this session key has the serial ${next}.`, {
      where: 'serial',
      next: 'Read the link’s state again, and sign anew.',
    })
  if (serial > linksMax)
    return new Refusal('wrongState', `A session key may change its wallet ${linksMax} times.`, {
      where: 'serial',
    })
  if (wallet === payeeOf(state, provider) && !known?.pending)
    return new Refusal('wrongState', 'Pay goes there already.', { where: 'wallet' })
  return undefined
}

/** The serial that a session key's next link must have. */
export function nextSerialOf(wallets: ProviderWallets | undefined): number {
  return (wallets?.serial ?? 0) + 1
}

/**
 * A session key and a wallet have signed, and the edge has checked both. The first link takes effect at once, and so does
 * one that stays with the present wallet, which takes back a change that waits; any other change waits, so that who
 * holds a stolen session key cannot turn the pay away unseen.
 */
export function linkWallet(
  state: State,
  event: Extract<Event, { kind: 'walletLinked' }>,
  nowMs: number,
  effects: Effect[],
): void {
  const { provider, wallet, serial, expiresAtSeconds, sessionSignature, walletSignature } = event
  if (linkFault(state, event)) return
  const wallets = walletsOf(state, provider)
  if (wallets.pending) persistLink({ ...wallets.pending, state: 'superseded' }, effects)
  wallets.serial = serial
  wallets.pending = undefined
  state.relinks.delete(provider)
  const isAtOnce = wallets.inEffect.length === 0 || wallet === payeeOf(state, provider)
  const row: WalletRow = {
    ...{ provider, serial, wallet, expiresAtSeconds, sessionSignature, walletSignature },
    state: 'pending',
    filedAtMs: nowMs,
    effectiveAtMs: isAtOnce ? nowMs : nowMs + state.durations.relinkMs,
    fromWei: undefined,
  }
  if (isAtOnce) takeEffect(state, wallets, row, effects)
  else {
    wallets.pending = row
    state.relinks.add(provider)
    persistLink(row, effects)
  }
}

/** Changes of wallet whose time has come take effect. */
export function takeDueLinks(state: State, nowMs: number, effects: Effect[]): void {
  for (const provider of state.relinks) {
    const wallets = walletsOf(state, provider)
    const { pending } = wallets
    assert(pending, 'a provider that waits for another wallet has named it')
    if (nowMs < pending.effectiveAtMs) continue
    wallets.pending = undefined
    state.relinks.delete(provider)
    takeEffect(state, wallets, pending, effects)
  }
}

/** Rebuilds who is paid from the rows of links, once the sums that each provider earned have been restored. */
export function restoreLinks(state: State, rows: readonly WalletRow[]): void {
  for (const row of [...rows].sort((left, right) => left.serial - right.serial)) {
    const wallets = walletsOf(state, row.provider)
    wallets.serial = row.serial
    if (row.state === 'pending') {
      wallets.pending = row
      state.relinks.add(row.provider)
    } else if (row.state === 'inEffect') {
      const { wallet, serial, fromWei } = row
      assert(fromWei !== undefined, 'a link in effect says from which sum on')
      // Until here the restored sums are with the payee before; what came after goes to this one.
      const movedWei = earnedBy(state, row.provider) - fromWei
      move(state, payeeOf(state, row.provider), wallet, movedWei)
      follow(state, wallets, row.provider, { wallet, serial, fromWei })
    }
  }
}

/**
 * From now on the wallet is paid. With the first link goes what the session key has earned and no root has promised to
 * its own account yet; later links move nothing, since others may share the former wallet.
 */
function takeEffect(state: State, wallets: ProviderWallets, row: WalletRow, effects: Effect[]): void {
  const { provider, wallet, serial } = row
  const earnedWei = earnedBy(state, provider)
  const movedWei = wallets.inEffect.length === 0 ? smaller(earnedWei, unpromised(state, provider)) : 0n
  move(state, payeeOf(state, provider), wallet, movedWei)
  const fromWei = earnedWei - movedWei
  follow(state, wallets, provider, { wallet, serial, fromWei })
  persistLink({ ...row, state: 'inEffect', fromWei }, effects)
  sendAccount(state, provider, effects)
}

function follow(
  state: State,
  wallets: ProviderWallets,
  provider: ProviderId,
  link: ProviderWallets['inEffect'][number],
): void {
  state.linkedTo.get(payeeOf(state, provider))?.delete(provider)
  wallets.inEffect.push(link)
  const linked = state.linkedTo.get(link.wallet) ?? new Set()
  state.linkedTo.set(link.wallet, linked.add(provider))
}

/** What an account has earned that is in no root yet, not even in one that is on its way. */
function unpromised(state: State, account: Hex): bigint {
  const { earnedWei, settledWei } = state.accounts.get(account) ?? { earnedWei: 0n, settledWei: 0n }
  const { chainWork } = state
  const isUnderWay = chainWork.kind !== 'none' && chainWork.kind !== 'pushingClaims'
  const prepared = isUnderWay ? chainWork.epoch.earnings : []
  const leaf = prepared.find(({ provider }) => provider === account)
  return earnedWei - (leaf?.cumulativeWei ?? settledWei)
}

/** What a provider's own results have earned over all jobs, whoever was paid for it. */
function earnedBy(state: State, provider: ProviderId): bigint {
  let sumWei = 0n
  for (const { shares } of state.jobs.values()) sumWei += shares.get(provider)?.earnedWei ?? 0n
  return sumWei
}

function move(state: State, from: Hex, to: Hex, amountWei: bigint): void {
  if (amountWei === 0n) return
  accountOf(state, from).earnedWei -= amountWei
  accountOf(state, to).earnedWei += amountWei
}

function walletsOf(state: State, provider: ProviderId): ProviderWallets {
  let wallets = state.wallets.get(provider)
  if (!wallets) {
    wallets = { serial: 0, inEffect: [], pending: undefined }
    state.wallets.set(provider, wallets)
  }
  return wallets
}

function persistLink(row: WalletRow, effects: Effect[]): void {
  effects.push({ kind: 'persist', record: { table: 'wallets', row } })
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}
