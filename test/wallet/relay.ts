import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

interface Letter {
  readonly message: string
  readonly tag: number
  readonly publishedAt: number
  readonly expiresAtMs: number
  readonly seenBy: Set<string>
}

interface Client {
  readonly id: string
  readonly socket: WebSocket
}

type Params = Readonly<Record<string, string>> & {
  readonly ttl?: number
  readonly tag?: number
  readonly topics?: string[]
}

/** A WalletConnect relay for tests: in memory, on this machine, for anybody. What it must answer was recorded from its clients. */
export class TestRelay {
  readonly url: string
  /** While set, it takes calls and says nothing. */
  isSilent = false
  readonly #server: WebSocketServer
  readonly #close: () => Promise<void>
  readonly #topics = new Map<string, { readonly clients: Set<Client>; letters: Letter[] }>()
  #pushed = Date.now() * 1_000

  private constructor(url: string, server: WebSocketServer, close: () => Promise<void>) {
    this.url = url
    this.#server = server
    this.#close = close
    server.on('connection', (socket, request) => {
      const client = { id: clientIn(request.url ?? ''), socket }
      socket.on('message', (data: Buffer) => {
        this.#hear(client, data.toString())
      })
      socket.on('close', () => {
        for (const { clients } of this.#topics.values()) clients.delete(client)
      })
    })
  }

  static async start(): Promise<TestRelay> {
    const http = createServer()
    const server = new WebSocketServer({ server: http })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const { port } = http.address() as AddressInfo
    return new TestRelay(`ws://127.0.0.1:${port}`, server, async () => {
      for (const socket of server.clients) socket.terminate()
      http.close()
      await once(http, 'close')
    })
  }

  get clients(): number {
    return this.#server.clients.size
  }

  close(): Promise<void> {
    return this.#close()
  }

  #hear(client: Client, text: string): void {
    const { id, method, params } = JSON.parse(text) as { id: number; method?: string; params: Params }
    if (this.isSilent || method === undefined) return
    const result = this.#answer(client, method, params)
    const answer =
      result === undefined ? { error: { code: -32601, message: `Method not found: ${method}` } } : { result }
    client.socket.send(JSON.stringify({ id, jsonrpc: '2.0', ...answer }))
  }

  #answer(client: Client, method: string, params: Params): unknown {
    const { topic = '', topics = [], pairingTopic = '', sessionTopic = '', ttl = 300, tag = 0 } = params
    switch (method) {
      case 'irn_subscribe':
        return this.#subscribe(client, topic)
      case 'irn_batchSubscribe':
        return topics.map((one) => this.#subscribe(client, one))
      case 'irn_unsubscribe':
        this.#topicOf(topic).clients.delete(client)
        return true
      case 'irn_publish':
        return this.#publish(client, topic, params['message'], ttl, tag)
      // The sender is subscribed, and its message published, in one.
      case 'wc_proposeSession':
        this.#subscribe(client, pairingTopic)
        return this.#publish(client, pairingTopic, params['sessionProposal'], ttl, 1100)
      case 'wc_approveSession':
        this.#subscribe(client, sessionTopic)
        this.#publish(client, pairingTopic, params['sessionProposalResponse'], ttl, 1101)
        return this.#publish(client, sessionTopic, params['sessionSettlementRequest'], ttl, 1102)
      case 'irn_fetchMessages':
      case 'irn_batchFetchMessages':
        return { messages: [], hasMore: false }
      default:
        return undefined
    }
  }

  #topicOf(topic: string): { readonly clients: Set<Client>; letters: Letter[] } {
    const known = this.#topics.get(topic) ?? { clients: new Set<Client>(), letters: [] }
    this.#topics.set(topic, known)
    return known
  }

  #subscribe(client: Client, topic: string): string {
    this.#topicOf(topic).clients.add(client)
    // After the answer: the client has to know its subscription first.
    setImmediate(() => {
      this.#deliver(topic)
    })
    return subscriptionOf(client, topic)
  }

  #publish(client: Client, topic: string, message = '', ttl: number, tag: number): true {
    const nowMs = Date.now()
    const letter = { message, tag, publishedAt: nowMs, expiresAtMs: nowMs + ttl * 1_000 }
    this.#topicOf(topic).letters.push({ ...letter, seenBy: new Set([client.id]) })
    this.#deliver(topic)
    return true
  }

  #deliver(topic: string): void {
    const known = this.#topicOf(topic)
    known.letters = known.letters.filter(({ expiresAtMs }) => expiresAtMs > Date.now())
    for (const client of known.clients)
      for (const { message, publishedAt, tag, seenBy } of known.letters) {
        if (seenBy.has(client.id)) continue
        seenBy.add(client.id)
        this.#pushed += 1
        const params = { id: subscriptionOf(client, topic), data: { topic, message, publishedAt, tag } }
        client.socket.send(
          JSON.stringify({ id: this.#pushed, jsonrpc: '2.0', method: 'irn_subscription', params }),
        )
      }
  }
}

/** Clients keep their name over connections: what they have heard is not told again. */
function clientIn(url: string): string {
  const token = new URL(url, 'http://relay').searchParams.get('auth') ?? ''
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iss: string }
  return claims.iss
}

function subscriptionOf(client: Client, topic: string): string {
  return createHash('sha256').update(`${topic}${client.id}`).digest('hex')
}
