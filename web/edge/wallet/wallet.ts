import type { Hex } from '#protocol/bytes.ts'
import type { WalletFaultKind, WalletInfo } from '#web/core/wallet-view.ts'

/** A network as wallets are told of it. */
export interface Network {
  readonly chainId: number
  readonly name: string
  /** Absolute address of the coordinator's relay to its node. */
  readonly rpcUrl: string
}

export interface WalletState {
  /** In lower case; undefined: the wallet is no longer ours to ask. */
  readonly account: Hex | undefined
  readonly chainId: number
}

/** Typed data whose numbers may be big. */
export interface TypedData {
  readonly domain: Readonly<Record<string, unknown>>
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: string }[]>>
  readonly primaryType: string
  readonly message: Readonly<Record<string, unknown>>
}

/**
 * A wallet of the contributor's. Duties, the same for all kinds:
 *
 * 1. Nothing is asked of its owner but by `connect`, the three that sign or send, and `switchTo`.
 * 2. `restore` shows its owner nothing and answers undefined where the owner would have to be asked.
 * 3. Whatever fails throws a `WalletError` of the closed list; a refusal by its owner is `rejected`.
 * 4. After a change of account or network its listeners hear the new state; after the end of the connection, whoever
 *    ended it, a state without account, once.
 * 5. `disconnect` may be called at any time and does not throw.
 */
export interface Wallet {
  readonly info: WalletInfo
  /** Asks its owner for an account. Settles, one way or the other, also when nobody answers. */
  connect(): Promise<WalletState>
  /** The connection that was there before this page was loaded. */
  restore(): Promise<WalletState | undefined>
  onChange(listener: (state: WalletState) => void): () => void
  signMessage(account: Hex, message: string): Promise<Hex>
  signTypedData(account: Hex, data: TypedData): Promise<Hex>
  /** Sends a call without coins; settles with the transaction's hash once it is on its way. */
  sendCall(account: Hex, call: { readonly to: Hex; readonly data: Hex }): Promise<Hex>
  /** Goes to a network, which is added where the wallet does not know it. */
  switchTo(network: Network): Promise<void>
  disconnect(): Promise<void>
}

/** What a wallet, or the way to it, answers instead of what was asked. */
export class WalletError extends Error {
  readonly kind: WalletFaultKind

  constructor(kind: WalletFaultKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'WalletError'
    this.kind = kind
  }
}
