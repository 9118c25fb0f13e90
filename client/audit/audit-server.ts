import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as v from 'valibot'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { attestRequestSchema, type AttestAnswer } from '#protocol/audit-api.ts'
import { toJson } from '#protocol/frames.ts'
import { LogFault } from '#protocol/log/replay/fault.ts'
import type { Auditor } from './auditor.ts'
import type { KeptWitness } from './kept-witness.ts'

/** A server of this machine; what it answers is for one coordinator, or one log. */
export interface AuditServer {
  readonly url: string
  close(): Promise<void>
}

const bodyBytesMax = 64 * 1024

/** Answers `POST /attest`, as `protocol/audit-api.ts` has it. */
export function serveAuditor(auditor: Pick<Auditor, 'attest'>, port: number, host = '127.0.0.1') {
  return serve(host, port, '/attest', async (body) => {
    const request = v.safeParse(attestRequestSchema, parseJson(body))
    if (!request.success) return { status: 400, type: 'text/plain', body: 'That is no attestation.\n' }
    const answer = await answerTo(auditor, request.output)
    return { status: 200, type: 'application/json', body: toJson(answer) }
  })
}

/** Answers `POST /add-checkpoint`, by C2SP tlog-witness. */
export function serveWitness(witness: KeptWitness, port: number, host = '127.0.0.1') {
  return serve(host, port, '/add-checkpoint', (body) => witness.answer(body))
}

async function answerTo(
  auditor: Pick<Auditor, 'attest'>,
  request: v.InferOutput<typeof attestRequestSchema>,
): Promise<AttestAnswer> {
  try {
    return { outcome: 'signed', ...(await auditor.attest(request)) }
  } catch (error) {
    if (!(error instanceof LogFault)) return { outcome: 'failed', why: messageOf(error) }
    const { index, entry, why } = error
    return { outcome: 'refused', index, entry, why }
  }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

async function serve(
  host: string,
  port: number,
  path: string,
  answer: (body: string) => Promise<Answer>,
): Promise<AuditServer> {
  const server = createServer((request, response) => {
    void handle(request, response, path, answer)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new MaskError('argumentInvalid', `Port ${port} cannot be listened on.`, { where: '--port', cause }),
      )
    })
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  answer: (body: string) => Promise<Answer>,
): Promise<void> {
  const say = ({ status, type, body }: Answer) =>
    response.writeHead(status, { 'content-type': type }).end(body)
  const plain = (status: number, body: string) => say({ status, type: 'text/plain', body: `${body}\n` })
  if (request.method !== 'POST' || request.url !== path) {
    plain(404, `Only POST ${path} is answered here.`)
    return
  }
  try {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > bodyBytesMax) {
        plain(413, 'That is too much.')
        return
      }
      chunks.push(chunk)
    }
    say(await answer(Buffer.concat(chunks).toString('utf8')))
  } catch (error) {
    plain(500, messageOf(error))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
