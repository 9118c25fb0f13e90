import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** Text of the form `0x` + lower-case hexadecimal digits. */
export type Hex = `0x${string}`

/** Bytes as `0x…` text. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(bytes)}`
}

/** Bytes of `0x…` text. Throws on an odd count or a foreign digit. */
export function fromHex(text: Hex): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hexToBytes(text.slice(2)))
}

/** One array holding the parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Whether two arrays hold the same bytes. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

/** An unsigned number as `width` big-endian bytes. */
export function bigEndian(value: number | bigint, width: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(width)
  let rest = BigInt(value)
  for (let index = width - 1; index >= 0; index -= 1) {
    bytes[index] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}
