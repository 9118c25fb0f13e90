import { isIP } from 'node:net'
import * as v from 'valibot'

/**
 * What may come to our peer through the signalling server. peerjs trusts these messages: an offer with an
 * unknown serialization or without a description would throw inside it.
 */
const id = v.pipe(v.string(), v.maxLength(100))
const description = (type: 'offer' | 'answer') =>
  v.object({ type: v.literal(type), sdp: v.pipe(v.string(), v.minLength(1), v.maxLength(20_000)) })
const connectionId = v.pipe(v.string(), v.regex(/^dc_[a-z0-9]{1,40}$/))

const signalSchema = v.variant('type', [
  v.object({ type: v.picklist(['OPEN', 'HEARTBEAT']) }),
  v.object({ type: v.literal('ERROR'), payload: v.optional(v.unknown()) }),
  v.object({
    type: v.picklist(['LEAVE', 'EXPIRE', 'ID-TAKEN', 'INVALID-KEY']),
    src: v.optional(id),
    payload: v.optional(v.unknown()),
  }),
  v.object({
    type: v.literal('OFFER'),
    src: id,
    dst: id,
    payload: v.object({
      type: v.literal('data'),
      connectionId,
      sdp: description('offer'),
      label: v.optional(v.pipe(v.string(), v.maxLength(100))),
      reliable: v.optional(v.boolean()),
      serialization: v.literal('raw'),
    }),
  }),
  v.object({
    type: v.literal('CANDIDATE'),
    src: id,
    dst: id,
    payload: v.object({
      type: v.literal('data'),
      connectionId,
      candidate: v.object({
        candidate: v.pipe(v.string(), v.maxLength(1_000)),
        sdpMid: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(20)))),
        sdpMLineIndex: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(16)))),
        usernameFragment: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(256)))),
      }),
    }),
  }),
])

/**
 * Whether a candidate gives its address as a number. Browsers hide theirs behind names that only multicast DNS
 * resolves, a stranger may give any name: resolving one blocks a thread for as long as its name server likes.
 */
function isNumeric(candidate: string): boolean {
  return /^candidate:\S/.test(candidate) && isIP(candidate.split(/\s+/)[4] ?? '') !== 0
}

/**
 * The message as our peer may see it, as JSON text; undefined for one it must not see.
 * Rebuilt from the checked fields, so nothing else gets through.
 */
export function filterSignal(text: string): string | undefined {
  const parsed = v.safeParse(signalSchema, parseJson(text))
  if (!parsed.success) return undefined
  const signal = parsed.output
  if (signal.type === 'CANDIDATE') {
    const { candidate } = signal.payload.candidate
    // An empty one says that there are no more.
    if (candidate !== '' && !isNumeric(candidate)) return undefined
  }
  if (signal.type === 'OFFER') {
    // Lines may end without a carriage return: the library reads those, too.
    const lines = signal.payload.sdp.sdp.split(/\r?\n/)
    signal.payload.sdp.sdp = lines
      .filter((line) => !/^\s*a=\s*candidate/i.test(line) || isNumeric(line.slice('a='.length)))
      .join('\r\n')
  }
  return JSON.stringify(signal)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the schema refuses undefined.
    return undefined
  }
}
