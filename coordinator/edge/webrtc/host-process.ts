import type { DataConnection, Peer as PeerClass } from 'peerjs'
import { RTCIceCandidate, RTCPeerConnection, RTCSessionDescription } from 'node-datachannel/polyfill'
import type { FromHost, ToHost } from './host-messages.ts'
import { filterSignal } from './signalling-filter.ts'

/**
 * The process that holds all WebRTC connections: the same peerjs as in the page, over libdatachannel.
 * Native code can crash; here it takes nothing with it but connections, and those come back.
 */
const connectionsMax = 2_000
const lingerMs = 200
/** Node's own, kept before peerjs is given another. */
const PlainWebSocket = globalThis.WebSocket
const connections = new Map<string, DataConnection>()
const runId = `${process.pid}-${Date.now().toString(36)}`
let opened = 0

/** The part of a WebSocket that peerjs uses; it shows peerjs only checked signals. */
class FilteredWebSocket {
  readonly #socket: WebSocket
  onopen: (() => void) | null = null
  onclose: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null

  constructor(url: string) {
    this.#socket = new PlainWebSocket(url)
    this.#socket.onopen = () => this.onopen?.()
    this.#socket.onclose = (event) => this.onclose?.(event)
    this.#socket.onmessage = (event) => {
      const signal = filterSignal(String(event.data))
      if (signal !== undefined) this.onmessage?.({ data: signal })
    }
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  close(): void {
    this.#socket.close()
  }
}

/** Stands in for the real class while peerjs probes for features, which would contact public servers. */
class InertConnection {
  createDataChannel() {
    return { close: () => undefined }
  }
  addTransceiver() {
    return undefined
  }
  close() {
    return undefined
  }
}

async function loadPeer(): Promise<typeof PeerClass> {
  Object.assign(globalThis, {
    RTCPeerConnection: InertConnection,
    RTCSessionDescription,
    RTCIceCandidate,
    WebSocket: FilteredWebSocket,
  })
  // In Node this is a CommonJS module: its types describe the browser's, its exports lie under `default`.
  const { Peer } = (await import('peerjs')).default as unknown as { Peer: typeof PeerClass }
  Object.assign(globalThis, { RTCPeerConnection })
  return Peer
}

function report(message: FromHost): void {
  process.send?.(message)
}

async function start({ peer: id, ticket, port, path }: Extract<ToHost, { kind: 'start' }>): Promise<void> {
  const Peer = await loadPeer()
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- peerjs declares its options as a class and takes plain objects
  const peer = new Peer(id, {
    host: '127.0.0.1',
    port,
    path,
    token: ticket,
    secure: false,
    config: { iceServers: [] },
  })
  peer.on('open', () => {
    report({ kind: 'ready' })
  })
  peer.on('connection', accept)
  peer.on('disconnected', () => {
    // The signalling server has gone: without it nobody new can come. The supervisor starts us anew.
    process.exit(1)
  })
  peer.on('error', (error) => {
    process.stderr.write(`webrtc host: ${error.type}: ${error.message}\n`)
  })
}

function accept(connection: DataConnection): void {
  if (connections.size >= connectionsMax) {
    connection.close()
    return
  }
  opened += 1
  const session = `${runId}-${opened}`
  let isOpen = false
  connections.set(session, connection)
  connection.on('open', () => {
    isOpen = true
    report({ kind: 'opened', session, remotePeer: connection.peer })
  })
  connection.on('data', (data) => {
    const frame =
      data instanceof ArrayBuffer ? new Uint8Array(data) : data instanceof Uint8Array ? data : undefined
    if (frame) report({ kind: 'frame', session, frame })
    else connection.close()
  })
  const close = () => {
    if (!connections.delete(session)) return
    if (isOpen) report({ kind: 'closed', session })
  }
  connection.on('close', close)
  connection.on('error', close)
  connection.on('iceStateChanged', (state) => {
    if (state === 'failed' || state === 'closed') connection.close()
  })
}

function handle(order: ToHost): void {
  switch (order.kind) {
    case 'start':
      void start(order)
      return
    case 'send': {
      const connection = connections.get(order.session)
      if (!connection?.open) return
      for (const frame of order.frames) void connection.send(frame.slice().buffer)
      return
    }
    case 'disconnect':
      // What was sent just before, such as the reason, still goes out.
      setTimeout(() => connections.get(order.session)?.close(), lingerMs)
      return
  }
}

process.on('message', (order) => {
  handle(order as ToHost)
})
// The supervisor has gone: so do we.
process.on('disconnect', () => process.exit(0))
