import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { unreachable } from '#protocol/assert.ts'
import { toHex, type Hex } from '#protocol/bytes.ts'
import type { Message } from '#protocol/frames.ts'
import type { ProviderId } from '#protocol/ids.ts'
import { protocolVersion } from '#protocol/limits.ts'
import { parseFromProvider, type FromProvider } from '#protocol/messages.ts'
import { Refusal, type RefusalReason } from '#protocol/refusal.ts'
import { greetingDigest, signerOf } from '#protocol/session-key.ts'
import type { Event } from '../core/events.ts'
import type { SessionId } from '../core/state.ts'
import type { ProviderTransport, TransportHandlers } from './webrtc/provider-transport.ts'

/** A stranger that opens a channel and never greets would hold it for nothing. */
const greetingTimeoutMs = 10_000

type Visitor =
  | {
      readonly kind: 'stranger'
      readonly challenge: Hex
      readonly network: string | undefined
      readonly timer: NodeJS.Timeout
    }
  | { readonly kind: 'provider'; readonly provider: ProviderId }

/** Turns what comes over the wire into events: parses strictly, checks signatures, refuses the rest. */
export class ProviderGate implements TransportHandlers {
  readonly #visitors = new Map<SessionId, Visitor>()
  readonly #transport: ProviderTransport
  readonly #chainId: number
  readonly #post: (event: Event) => void
  readonly #log: Logger

  constructor(options: {
    transport: ProviderTransport
    chainId: number
    post: (event: Event) => void
    log: Logger
  }) {
    this.#transport = options.transport
    this.#chainId = options.chainId
    this.#post = options.post
    this.#log = options.log
  }

  /** Providers that have greeted and are still connected. */
  get providersOnline(): number {
    return [...this.#visitors.values()].filter((visitor) => visitor.kind === 'provider').length
  }

  opened(session: SessionId, network?: string): void {
    const challenge = toHex(randomBytes(32))
    const timer = setTimeout(() => {
      this.#transport.disconnect(session)
    }, greetingTimeoutMs)
    this.#visitors.set(session, { kind: 'stranger', challenge, network, timer })
    this.#transport.send(session, {
      type: 'challenge',
      challenge,
      chainId: this.#chainId,
      version: protocolVersion,
    })
  }

  heard(session: SessionId): void {
    if (this.#visitors.get(session)?.kind === 'provider') this.#post({ kind: 'providerHeard', session })
  }

  suspected(session: SessionId): void {
    if (this.#visitors.get(session)?.kind === 'provider') this.#post({ kind: 'providerSuspected', session })
  }

  closed(session: SessionId): void {
    const visitor = this.#visitors.get(session)
    this.#visitors.delete(session)
    if (visitor?.kind === 'stranger') clearTimeout(visitor.timer)
    if (visitor?.kind === 'provider') this.#post({ kind: 'sessionEnded', session })
  }

  message(session: SessionId, { header, payload }: Message): void {
    const visitor = this.#visitors.get(session)
    if (!visitor) return
    try {
      const message = parseFromProvider(header)
      if (visitor.kind === 'stranger') this.#greet(session, visitor, message)
      else this.#hear(session, visitor.provider, message, payload)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#turnAway(session, error.reason, error.message)
    }
  }

  #greet(session: SessionId, visitor: Extract<Visitor, { kind: 'stranger' }>, message: FromProvider): void {
    if (message.type !== 'greet') throw new Refusal('wrongState', 'Greet before anything else.')
    if (message.version !== protocolVersion)
      throw new Refusal(
        'unsupportedVersion',
        `This coordinator speaks version ${protocolVersion}, you speak ${message.version}. Reload the page.`,
      )
    const signer = signerOf(greetingDigest(visitor.challenge, this.#chainId), message.signature)
    if (signer !== message.provider)
      throw new Refusal('badSignature', 'The greeting is not signed by the provider it names.')
    clearTimeout(visitor.timer)
    this.#visitors.set(session, { kind: 'provider', provider: message.provider })
    const { provider, capacity, offer } = message
    const { network } = visitor
    this.#post({ kind: 'providerJoined', session, provider, capacity, offer, network })
  }

  #hear(session: SessionId, provider: ProviderId, message: FromProvider, payload: Uint8Array): void {
    switch (message.type) {
      case 'greet':
        throw new Refusal('wrongState', 'One greeting is enough.')
      case 'heartbeat':
        this.#post({ kind: 'providerHeard', session })
        return
      case 'capacity':
        this.#post({ kind: 'capacityStated', session, capacity: message.capacity })
        return
      case 'offer':
        this.#post({ kind: 'offerStated', session, offer: message.offer })
        return
      case 'renew':
        this.#post({ kind: 'renewalAsked', session, assignment: message.assignment })
        return
      case 'commit':
        if (signerOf(message.commitment, message.signature) !== provider)
          throw new Refusal('badSignature', 'The commitment is not signed by its provider.')
        this.#post({
          kind: 'resultCommitted',
          session,
          assignment: message.assignment,
          commitment: message.commitment,
          signature: message.signature,
        })
        return
      case 'reveal':
        this.#post({
          kind: 'resultRevealed',
          session,
          assignment: message.assignment,
          nonce: message.nonce,
          result: payload,
          chainId: this.#chainId,
        })
        return
      case 'handBack':
        this.#post({
          kind: 'unitHandedBack',
          session,
          assignment: message.assignment,
          reason: message.reason,
        })
        return
      case 'leave':
        this.#transport.disconnect(session)
        return
      default:
        unreachable(message)
    }
  }

  #turnAway(session: SessionId, reason: RefusalReason, message: string): void {
    this.#log.info({ session, reason }, 'turned away')
    this.#transport.send(session, { type: 'refuse', reason, message })
    this.#transport.disconnect(session)
  }
}
