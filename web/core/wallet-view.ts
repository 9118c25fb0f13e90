import type { Hex } from '#protocol/bytes.ts'

/** A wallet that can be asked. */
export interface WalletInfo {
  /** `injected`: part of this browser. `walletConnect`: elsewhere, a phone mostly, reached over a relay. */
  readonly kind: 'injected' | 'walletConnect'
  /** What it is found by again: its reverse domain name, or `walletConnect`. */
  readonly id: string
  /** By its own account; undefined while nobody has answered over the relay. */
  readonly name: string | undefined
  /** A picture as a `data:` address; wallets that give another have none here. */
  readonly icon: string | undefined
}

/**
 * What the page knows of wallets.
 *
 *     none ─ look ─▶ choosing ─ connect ─▶ asking | pairing ─▶ connected
 *      ▲                ▲                       │                  │
 *      └──── cancel ────┴───── refused ─────────┘    disconnect ───┘──▶ none
 */
export type WalletConnection =
  | { readonly kind: 'none' }
  | { readonly kind: 'choosing'; readonly wallets: readonly WalletInfo[] }
  /** A wallet shows its owner a question. */
  | { readonly kind: 'asking'; readonly wallet: WalletInfo }
  /** Waits for a phone; the code is undefined until the relay has answered. */
  | { readonly kind: 'pairing'; readonly code: PairingCode | undefined }
  | {
      readonly kind: 'connected'
      readonly wallet: WalletInfo
      readonly account: Hex
      readonly isOnRightNetwork: boolean
    }

/** What a phone's camera is to see. */
export interface PairingCode {
  readonly uri: string
  /** Modules along an edge, quiet margin included. */
  readonly size: number
  /** The dark modules as the path of an SVG with that view box. */
  readonly path: string
}

/** What the reader is waiting for. */
export type WalletTask = 'signingIn' | 'signing' | 'filing' | 'switching' | 'claiming'

/** What went wrong, as a closed list: each has words that say why and what to do. */
export const walletFaults = [
  'rejected',
  'alreadyAsking',
  'noAccount',
  'wrongNetwork',
  'networkRefused',
  'relaySilent',
  'pairingEnded',
  'disconnected',
  'accountChanged',
  'notTaken',
  'unreachable',
  'keyUnavailable',
  'noGas',
  'claimFailed',
  'walletFailed',
] as const
export type WalletFaultKind = (typeof walletFaults)[number]

export interface WalletFault {
  readonly kind: WalletFaultKind
  /** In the machine's own words, where there are any. */
  readonly quote: string | undefined
}

/** A claim that the wallet itself has sent. */
export type ClaimProgress =
  { readonly kind: 'none' } | { readonly kind: 'pending' | 'confirmed' | 'failed'; readonly transaction: Hex }

export interface WalletView {
  readonly connection: WalletConnection
  readonly task: WalletTask | undefined
  readonly fault: WalletFault | undefined
  /** Where this browser's pay goes; undefined until the coordinator has said. */
  readonly link:
    | {
        /** Null: to the session key's own account. */
        readonly wallet: Hex | null
        readonly pending: { readonly wallet: Hex; readonly effectiveAtMs: number } | null
      }
    | undefined
  /** What the linked wallet can be paid and has been; undefined while none is linked. */
  readonly sums: { readonly claimableWei: bigint; readonly claimedWei: bigint } | undefined
  readonly claim: ClaimProgress
  /** What the coordinator's operator has set up; undefined until it has said. */
  readonly terms:
    | {
        readonly pushesClaims: boolean
        readonly relinkMs: number
        readonly chainName: string
        readonly offersWalletConnect: boolean
      }
    | undefined
}

/** What a page does with wallets. Nothing is loaded, opened or stored before `open` or `look`. */
export interface Wallets {
  readonly view: WalletView
  /** Calls the listener after every change; returns what ends that. */
  onChange(listener: (view: WalletView) => void): () => void
  /** Begins for this session key, after a trusted click: reads its link and finds a wallet again that was connected. */
  open(sessionKey: Hex): void
  /** The rest must be called from a trusted click. */
  look(): void
  connect(wallet: WalletInfo): void
  cancel(): void
  link(): void
  /** Back to the session key's own account. */
  unlink(): void
  switchNetwork(): void
  claim(): void
  disconnect(): void
}

export const idleWalletView: WalletView = {
  connection: { kind: 'none' },
  task: undefined,
  fault: undefined,
  link: undefined,
  sums: undefined,
  claim: { kind: 'none' },
  terms: undefined,
}
