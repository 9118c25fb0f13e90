import type { SessionId } from '../../core/state.ts'

/** What the supervisor tells the process that holds the WebRTC connections. */
export type ToHost =
  | {
      readonly kind: 'start'
      readonly peer: string
      readonly ticket: string
      readonly port: number
      readonly path: string
    }
  | { readonly kind: 'send'; readonly session: SessionId; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'disconnect'; readonly session: SessionId }

/** What that process reports. */
export type FromHost =
  | { readonly kind: 'ready' }
  | { readonly kind: 'opened'; readonly session: SessionId; readonly remotePeer: string }
  | { readonly kind: 'frame'; readonly session: SessionId; readonly frame: Uint8Array }
  | { readonly kind: 'closed'; readonly session: SessionId }
