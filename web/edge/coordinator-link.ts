import type { DataConnection, Peer } from 'peerjs'
import type { LossReason } from '#web/core/contributor-view.ts'
import { requestTicket } from './coordinator-api.ts'
import { withDeadline } from '#runner/deadline.ts'

const signallingMsMax = 10_000

export interface CoordinatorLinkListener {
  /**
   * The channel, not yet open and without handlers. Called synchronously after its creation, because a channel can be
   * transferred to a worker only then.
   */
  onChannel(channel: RTCDataChannel): void
  /** Called at most once, and not after `close`. */
  onLost(reason: LossReason): void
}

/** A peer connection to the coordinator. Lives on the page: workers have data channels, but no peer connections. */
export class CoordinatorLink {
  readonly #listener: CoordinatorLinkListener
  #peer: Peer | undefined
  readonly #closing = new AbortController()

  /** Begins to connect at once. */
  constructor(baseUrl: string, listener: CoordinatorLinkListener) {
    this.#listener = listener
    this.#open(baseUrl).catch(() => {
      this.#lose('coordinatorUnreachable')
    })
  }

  close(): void {
    this.#closing.abort()
    this.#peer?.destroy()
  }

  async #open(baseUrl: string): Promise<void> {
    // Loaded here because it makes a peer connection merely to see what the browser can do.
    const [{ Peer }, ticket] = await Promise.all([import('peerjs'), requestTicket(baseUrl)])
    this.#closing.signal.throwIfAborted()
    const { hostname, port, protocol } = new URL(baseUrl)
    const secure = protocol === 'https:'
    // PeerJS declares its options as a class and takes any object.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    const peer = new Peer(ticket.peer, {
      host: hostname,
      port: port === '' ? (secure ? 443 : 80) : Number(port),
      path: '/peerjs',
      secure,
      token: ticket.ticket,
      // No public server learns of anyone's address.
      config: { iceServers: [] },
    })
    this.#peer = peer
    await withDeadline(
      opened(peer),
      signallingMsMax,
      () => new Error('The signalling server does not answer.'),
    )
    this.#closing.signal.throwIfAborted()
    this.#watch(baseUrl, peer, peer.connect(ticket.coordinatorPeer, { serialization: 'raw', reliable: true }))
  }

  #watch(baseUrl: string, peer: Peer, connection: DataConnection): void {
    const channel = connection.dataChannel
    // PeerJS would take the transfer for a close and tear the connection down.
    channel.onopen = channel.onmessage = channel.onclose = null
    this.#listener.onChannel(channel)
    peer.on('error', (error) => {
      if (error.type === 'peer-unavailable') this.#lose('coordinatorUnreachable')
    })
    const { peerConnection } = connection
    peerConnection.addEventListener('connectionstatechange', () => {
      // `disconnected` means five seconds without an answer; by then the coordinator has given our units away, and a
      // new connection is a matter of half a second, so nothing is gained by hoping.
      if (['disconnected', 'failed', 'closed'].includes(peerConnection.connectionState))
        this.#lose('connectionLost')
    })
    peer.on('disconnected', () => {
      // The signalling is not needed any more, but a coordinator that died closes it at once.
      requestTicket(baseUrl).catch(() => {
        this.#lose('coordinatorUnreachable')
      })
    })
  }

  #lose(reason: LossReason): void {
    if (this.#closing.signal.aborted) return
    this.close()
    this.#listener.onLost(reason)
  }
}

function opened(peer: Peer): Promise<void> {
  return new Promise((resolve, reject) => {
    peer.once('open', () => {
      resolve()
    })
    peer.once('error', reject)
  })
}

/** Whether this browser hands data channels to workers. */
export function canTransferChannels(): boolean {
  const probe = new RTCPeerConnection({ iceServers: [] })
  try {
    const channel = probe.createDataChannel('probe')
    structuredClone(channel, { transfer: [channel] })
    return true
  } catch {
    // A DataCloneError: it does not.
    return false
  } finally {
    probe.close()
  }
}
