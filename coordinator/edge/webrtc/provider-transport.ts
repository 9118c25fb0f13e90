import type { Message } from '#protocol/frames.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { SessionId } from '../../core/state.ts'

/** Who hears what comes from providers. */
export interface TransportHandlers {
  /** @param network coarse name of the network the peer comes from, where that is known */
  opened(session: SessionId, network?: string): void
  message(session: SessionId, message: Message): void
  /** Part of a message came. A large one on a slow line must not look like silence. */
  heard(session: SessionId): void
  /** The peer's signalling connection closed: its tab may have died, which the channel itself tells only much later. */
  suspected(session: SessionId): void
  /** The channel is gone, for whatever reason; nothing more comes from it. */
  closed(session: SessionId): void
}

/**
 * Carries messages between the coordinator and providers. Its duties:
 *
 * 1. Session ids are minted here and never used twice; for each, `opened` comes first and `closed` last, once.
 * 2. Messages arrive whole, in order, within the limits; a peer that breaks the framing is closed.
 * 3. A fault of the transport itself closes its sessions and is mended from within; it never throws into the caller.
 */
export interface ProviderTransport {
  start(handlers: TransportHandlers): Promise<void>
  /** Sends a message with its bytes, if it has any; or drops it when the session has gone. */
  send(session: SessionId, message: FromCoordinator, payload?: Uint8Array): void
  disconnect(session: SessionId): void
  /** The id under which providers reach the coordinator through the signalling server. */
  readonly peer: string
  stop(): Promise<void>
}
