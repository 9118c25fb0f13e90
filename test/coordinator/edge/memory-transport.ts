import { assert } from '#protocol/assert.ts'
import { encodeFrames, FrameReader } from '#protocol/frames.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import type { SessionId } from '#coordinator/core/state.ts'
import type { ProviderTransport, TransportHandlers } from '#coordinator/edge/webrtc/provider-transport.ts'

/** A transport within one process: real framing, no network. Strangers are opened and speak through the test. */
export class MemoryTransport implements ProviderTransport {
  readonly peer = 'coordinator-in-memory'
  readonly heard = new Map<SessionId, FromCoordinator[]>()
  /** The bytes that came with the messages of a session that had any. */
  readonly payloads = new Map<SessionId, Uint8Array[]>()
  readonly #open = new Set<SessionId>()
  #handlers: TransportHandlers | undefined
  #opened = 0

  start(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers
    return Promise.resolve()
  }

  open(network?: string): SessionId {
    this.#opened += 1
    const session = `memory-${this.#opened}`
    this.#open.add(session)
    this.heard.set(session, [])
    this.payloads.set(session, [])
    this.#started.opened(session, network)
    return session
  }

  isOpen(session: SessionId): boolean {
    return this.#open.has(session)
  }

  /** Says something as the peer of a session. */
  say(session: SessionId, header: unknown, payload?: Uint8Array): void {
    const reader = new FrameReader()
    for (const frame of encodeFrames(header, payload)) {
      const message = reader.push(frame)
      if (message && this.#open.has(session)) this.#started.message(session, message)
    }
  }

  send(session: SessionId, message: FromCoordinator, payload?: Uint8Array): void {
    if (!this.#open.has(session)) return
    this.heard.get(session)?.push(message)
    if (payload) this.payloads.get(session)?.push(payload)
  }

  disconnect(session: SessionId): void {
    if (this.#open.delete(session)) this.#started.closed(session)
  }

  stop(): Promise<void> {
    for (const session of this.#open) this.disconnect(session)
    return Promise.resolve()
  }

  get #started(): TransportHandlers {
    assert(this.#handlers, 'the transport was started')
    return this.#handlers
  }
}
