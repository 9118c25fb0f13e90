import { fork, type ChildProcess } from 'node:child_process'
import type { Logger } from 'pino'
import { encodeFrames, FrameReader } from '#protocol/frames.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { SessionId } from '../../core/state.ts'
import { Failure } from '../failure.ts'
import type { FromHost, ToHost } from './host-messages.ts'
import type { ProviderTransport, TransportHandlers } from './provider-transport.ts'

const webrtcHost = new URL('host-process.ts', import.meta.url).pathname
const restartDelayMs = 200
const startTimeoutMs = 20_000

export interface SupervisedTransportOptions {
  readonly peer: string
  readonly port: number
  readonly path: string
  /** A fresh admission to the signalling server for our own peer. */
  readonly mintTicket: () => string
  readonly log: Logger
  /** Coarse name of the network a peer comes from. */
  readonly networkOf?: (remotePeer: string) => string | undefined
  /** The program of the child. Default: the WebRTC host. */
  readonly host?: string
}

/** The WebRTC host in a child process. When that dies, its sessions are closed and another is started. */
export class SupervisedTransport implements ProviderTransport {
  readonly peer: string
  readonly #options: SupervisedTransportOptions
  readonly #sessions = new Map<SessionId, { readonly reader: FrameReader; readonly remotePeer: string }>()
  #child: ChildProcess | undefined
  #handlers: TransportHandlers | undefined
  #stopped = false

  constructor(options: SupervisedTransportOptions) {
    this.#options = options
    this.peer = options.peer
  }

  async start(handlers: TransportHandlers): Promise<void> {
    this.#handlers = handlers
    await this.#launch()
  }

  /** The child's process id, so that a test can kill it. */
  get hostProcessId(): number | undefined {
    return this.#child?.pid
  }

  #launch(): Promise<void> {
    const child = fork(this.#options.host ?? webrtcHost, {
      serialization: 'advanced',
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    const { peer, port, path, mintTicket } = this.#options
    // A dead child counts as connected until its end is heard: what is written to it in between fails, and that
    // is no fault of ours. Its `exit` says all there is to know.
    child.on('error', (error) => {
      this.#options.log.debug({ error }, 'the WebRTC host could not be reached')
    })
    child.send({ kind: 'start', peer, ticket: mintTicket(), port, path } satisfies ToHost)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(
          new Failure('The WebRTC host did not start in time.', {
            next: 'Look at the lines above; then start the coordinator again.',
          }),
        )
      }, startTimeoutMs)
      child.on('message', (message: FromHost) => {
        if (message.kind === 'ready') {
          clearTimeout(timer)
          resolve()
        } else this.#hear(message)
      })
      child.once('exit', (code, signal) => {
        clearTimeout(timer)
        this.#mourn(code ?? signal)
        reject(
          new Failure('The WebRTC host ended while starting.', {
            next: 'Check that npm ci ran without errors on this platform.',
          }),
        )
      })
    })
  }

  #mourn(cause: number | string | null): void {
    const sessions = [...this.#sessions.keys()]
    this.#sessions.clear()
    for (const session of sessions) this.#handlers?.closed(session)
    if (this.#stopped) return
    this.#options.log.warn({ cause, sessions: sessions.length }, 'the WebRTC host died; starting another')
    setTimeout(() => {
      if (this.#stopped) return
      this.#launch().catch((error: unknown) => {
        this.#options.log.error({ error }, 'the WebRTC host did not come back; its end starts another try')
      })
    }, restartDelayMs)
  }

  #hear(message: Exclude<FromHost, { kind: 'ready' }>): void {
    switch (message.kind) {
      case 'opened':
        this.#sessions.set(message.session, { reader: new FrameReader(), remotePeer: message.remotePeer })
        this.#handlers?.opened(message.session, this.#options.networkOf?.(message.remotePeer))
        return
      case 'frame':
        this.#read(message.session, message.frame)
        return
      case 'closed':
        if (this.#sessions.delete(message.session)) this.#handlers?.closed(message.session)
        return
    }
  }

  #read(session: SessionId, frame: Uint8Array): void {
    const reader = this.#sessions.get(session)?.reader
    if (!reader) return
    try {
      const message = reader.push(frame)
      if (message) this.#handlers?.message(session, message)
      else this.#handlers?.heard(session)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#options.log.info({ session, reason: error.reason }, 'a peer broke the framing')
      this.disconnect(session)
    }
  }

  /** The signalling server has lost this peer. */
  suspect(remotePeer: string): void {
    for (const [session, open] of this.#sessions)
      if (open.remotePeer === remotePeer) this.#handlers?.suspected(session)
  }

  send(session: SessionId, message: FromCoordinator, payload?: Uint8Array): void {
    if (this.#sessions.has(session))
      this.#order({ kind: 'send', session, frames: encodeFrames(message, payload) })
  }

  disconnect(session: SessionId): void {
    if (!this.#sessions.delete(session)) return
    this.#order({ kind: 'disconnect', session })
    this.#handlers?.closed(session)
  }

  #order(order: ToHost): void {
    if (this.#child?.connected) this.#child.send(order)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
}
