import * as v from 'valibot'
import { problemSchema } from '#protocol/api.ts'
import { concatBytes } from '#protocol/bytes.ts'
import { Deadline } from '#client/sdk/deadline.ts'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'
import { persist, type Timing } from '#client/sdk/patience.ts'

/** Slower uplinks than 64 kB/s get a time-out. */
const uploadBytesPerMsMin = 64
/** An answer in JSON; a coordinator gone mad could send text without end. */
const jsonBytesMax = 16 * 1024 * 1024

/** Too many requests, and a coordinator behind a proxy that starts, stops or is slow. Not 500: that is a mistake. */
const passingStatuses = [429, 502, 503, 504]

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** Zero: fail at the first failure. */
  readonly patienceMs?: number
  /** How long the beginning of the answer may take. */
  readonly answerMs?: number
}

interface Call extends CallOptions {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly contentType?: string
}

/**
 * The coordinator's HTTP API as typed calls. Every call may be repeated safely (uploads are addressed by content,
 * jobs by nonce), so failures that may pass are retried until patience is spent, then thrown as `MaskError`.
 */
export class HttpApi {
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  readonly timing: Timing

  constructor(baseUrl: string, fetch: typeof globalThis.fetch, timing: Timing) {
    this.baseUrl = baseUrl.replace(/\/+$/, '')
    this.fetch = fetch
    this.timing = timing
  }

  /** GET, parsed. */
  get<Schema extends v.GenericSchema>(path: string, schema: Schema, options: CallOptions = {}) {
    return this.#json(path, schema, { ...options, method: 'GET' })
  }

  /** POST of JSON, parsed. */
  post<Schema extends v.GenericSchema>(
    path: string,
    value: unknown,
    schema: Schema,
    options: CallOptions = {},
  ) {
    const body = JSON.stringify(value)
    return this.#json(path, schema, { ...options, method: 'POST', body, contentType: 'application/json' })
  }

  /** PUT of bytes; the answer's body does not matter. */
  async put(path: string, bytes: Uint8Array<ArrayBuffer>, options: CallOptions = {}): Promise<void> {
    await this.#persist(options, async () => {
      const call: Call = { ...options, method: 'PUT', body: bytes, contentType: 'application/octet-stream' }
      await this.#read(path, call, jsonBytesMax)
    })
  }

  /** Whether a path answers. Anything but a plain yes counts as no: the caller then does it the long way. */
  async has(path: string, options: CallOptions = {}): Promise<boolean> {
    try {
      await this.#read(path, { ...options, method: 'HEAD' }, 0)
      return true
    } catch (error) {
      if (error instanceof MaskError) return false
      throw error
    }
  }

  /** GET of at most `bytesMax` bytes, with the answer's headers. */
  bytes(path: string, bytesMax: number, options: CallOptions = {}) {
    return this.#persist(options, () => this.#read(path, { ...options, method: 'GET' }, bytesMax))
  }

  /** Opens a stream of text; yields pieces until it ends. One try: the caller knows how to go on. */
  async *text(path: string, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder()
    const [deadline, response] = await this.#open(path, { method: 'GET', signal })
    for await (const piece of this.#pieces(path, response, deadline))
      yield decoder.decode(piece, { stream: true })
  }

  #persist<Value>(options: CallOptions, attempt: () => Promise<Value>): Promise<Value> {
    const timing = { ...this.timing, patienceMs: options.patienceMs ?? this.timing.patienceMs }
    return persist(timing, options.signal, attempt)
  }

  #json<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    call: Call,
  ): Promise<v.InferOutput<Schema>> {
    return this.#persist(call, async () => {
      const { bytes } = await this.#read(path, call, jsonBytesMax)
      return parseAnswer(schema, new TextDecoder().decode(bytes), `${this.baseUrl}${path}`)
    })
  }

  async #read(path: string, call: Call, bytesMax: number) {
    const [deadline, response] = await this.#open(path, call)
    const pieces: Uint8Array[] = []
    let bytesRead = 0
    for await (const piece of this.#pieces(path, response, deadline)) {
      bytesRead += piece.length
      if (bytesRead > bytesMax) throw broken(`${this.baseUrl}${path}`, `is longer than ${bytesMax} bytes`)
      pieces.push(piece)
    }
    return { bytes: concatBytes(...pieces), headers: response.headers }
  }

  /** Sends and waits for the beginning of a good answer; a problem is thrown. */
  async #open(path: string, call: Call): Promise<[Deadline, Response]> {
    const where = `${this.baseUrl}${path}`
    const deadline = new Deadline(where, call.signal)
    const { answerMs = this.timing.answerMs } = call
    deadline.within(answerMs + (call.body?.length ?? 0) / uploadBytesPerMsMin)
    try {
      const response = await this.fetch(where, {
        method: call.method,
        signal: deadline.signal,
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(call.contentType === undefined ? {} : { headers: { 'content-type': call.contentType } }),
      })
      if (!response.ok) throw await problemOf(response, where)
      return [deadline, response]
    } catch (error) {
      deadline.end()
      if (deadline.signal.aborted) throw deadline.signal.reason
      throw error instanceof MaskError ? error : unreachable(this.baseUrl, error)
    }
  }

  /** The body piece by piece. Leaving early, or a failure, lets go of the connection. */
  async *#pieces(path: string, response: Response, deadline: Deadline) {
    const reader = response.body?.getReader()
    try {
      while (reader) {
        deadline.within(this.timing.idleMs)
        const step = await reader.read()
        if (step.done) return
        yield step.value
      }
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason
      throw broken(`${this.baseUrl}${path}`, `broke off (${messageOf(error)})`, {
        retryable: true,
        cause: error,
      })
    } finally {
      deadline.end()
      // A body that has ended or failed cannot be cancelled again, and nothing is lost by that.
      await reader?.cancel().catch(() => undefined)
    }
  }
}

/** Parses an answer's JSON with the schema of `protocol/api.ts`. */
export function parseAnswer<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
  where: string,
): v.InferOutput<Schema> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw broken(where, 'is not JSON', { cause })
  }
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  throw broken(where, `does not fit at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`)
}

/** An answer that cannot be used. */
export function broken(
  where: string,
  how: string,
  detail: { retryable?: boolean; cause?: unknown } = {},
): MaskError {
  const next = detail.retryable
    ? 'Try again.'
    : 'Check that the address is a MASK coordinator of this version.'
  return new MaskError('answerBroken', `The coordinator's answer ${how}.`, { where, next, ...detail })
}

/** An RFC 9457 problem as an error, or the bare status when the body is none. */
async function problemOf(response: Response, where: string): Promise<MaskError> {
  const retryable = passingStatuses.includes(response.status)
  const text = await response.text()
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), problemSchema), text)
  if (!parsed.success) {
    const message = `The coordinator answered ${response.status} ${response.statusText}`.trim()
    const next = 'Check that the address is a MASK coordinator.'
    const code = response.status === 404 ? 'notFound' : 'answerBroken'
    return new MaskError(code, `${message}.`, { where, next, retryable })
  }
  const { reason, detail, next } = parsed.output
  return new MaskError(reason, detail, { where: parsed.output.where ?? where, next, retryable })
}

function unreachable(baseUrl: string, cause: unknown): MaskError {
  return new MaskError('unreachable', `No coordinator answers at ${baseUrl} (${rootMessageOf(cause)}).`, {
    where: baseUrl,
    next: 'Start one with `npm start`, or name another (--url, MASK_URL, baseUrl).',
    retryable: true,
    cause,
  })
}

/** Node's fetch says only "fetch failed" and hides the reason below. */
function rootMessageOf(error: unknown): string {
  if (error instanceof Error && error.cause !== undefined) return rootMessageOf(error.cause)
  const { code } = error as { code?: unknown }
  return messageOf(error) || String(code)
}
