import { bigEndian, concatBytes } from './bytes.ts'
import { limits } from './limits.ts'
import { Refusal } from './refusal.ts'

/**
 * Messages on the wire: header (JSON) and payload (bytes), cut into frames no larger than a data channel takes.
 * The channel is ordered and reliable, so a message's frames follow each other and need no numbers.
 * First frame: total bytes (u32, big-endian), header bytes (u32), then header, payload; later frames: the rest.
 */
export interface Message {
  readonly header: unknown
  readonly payload: Uint8Array
}

const prefixBytes = 8
const messageBytesMax = prefixBytes + limits.headerBytesMax + limits.resultBytesMax

/** JSON text in which `bigint` stands as a decimal string; the schemas turn it back. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'bigint' ? entry.toString() : entry,
  )
}

/** Cuts a message into frames of at most `limits.frameBytesMax`. */
export function encodeFrames(
  header: unknown,
  payload: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer>[] {
  const headerBytes = new TextEncoder().encode(toJson(header))
  const total = prefixBytes + headerBytes.length + payload.length
  if (headerBytes.length > limits.headerBytesMax || payload.length > limits.resultBytesMax)
    throw new Refusal('tooLarge', `A message of ${total} bytes is too large to send.`)
  const whole = concatBytes(bigEndian(total, 4), bigEndian(headerBytes.length, 4), headerBytes, payload)
  const frames: Uint8Array<ArrayBuffer>[] = []
  for (let offset = 0; offset < total; offset += limits.frameBytesMax)
    frames.push(whole.slice(offset, offset + limits.frameBytesMax))
  return frames
}

/** Puts frames together again. One for each channel; after a refusal the channel must be closed. */
export class FrameReader {
  #whole: Uint8Array | undefined
  #filled = 0

  /**
   * Takes the next frame; returns the message it completes, if any.
   *
   * @throws {Refusal} `malformed` or `tooLarge` before anything is allocated for a lying prefix's claim beyond the bound.
   */
  push(frame: Uint8Array): Message | undefined {
    if (frame.length === 0 || frame.length > limits.frameBytesMax)
      throw new Refusal('malformed', `A frame of ${frame.length} bytes is not allowed.`)
    if (!this.#whole) this.#begin(frame)
    const whole = this.#whole
    if (!whole || this.#filled + frame.length > whole.length)
      throw new Refusal('malformed', 'A frame goes past the end of its message.')
    whole.set(frame, this.#filled)
    this.#filled += frame.length
    if (this.#filled < whole.length) return undefined
    this.#whole = undefined
    this.#filled = 0
    return decode(whole)
  }

  #begin(frame: Uint8Array): void {
    if (frame.length < prefixBytes) throw new Refusal('malformed', 'A message is shorter than its prefix.')
    const total = viewOf(frame).getUint32(0)
    if (total > messageBytesMax)
      throw new Refusal(
        'tooLarge',
        `A message of ${total} bytes is announced; at most ${messageBytesMax} are allowed.`,
      )
    if (total < prefixBytes) throw new Refusal('malformed', 'A message announces less than its prefix.')
    this.#whole = new Uint8Array(total)
  }
}

function decode(whole: Uint8Array): Message {
  const headerBytes = viewOf(whole).getUint32(4)
  if (headerBytes > limits.headerBytesMax || prefixBytes + headerBytes > whole.length)
    throw new Refusal('malformed', 'A header is longer than allowed.')
  const end = prefixBytes + headerBytes
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(whole.subarray(prefixBytes, end))
    return { header: JSON.parse(text) as unknown, payload: whole.subarray(end) }
  } catch (cause) {
    throw new Refusal('malformed', 'A header is not JSON.', { cause })
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
