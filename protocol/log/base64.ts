const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let offset = 0; offset < bytes.length; offset += 3) {
    const [first = 0, second, third] = bytes.subarray(offset, offset + 3)
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0)
    const digitAt = (shift: number) => digits.charAt((group >> shift) & 63)
    text += digitAt(18) + digitAt(12)
    text += (second === undefined ? '=' : digitAt(6)) + (third === undefined ? '=' : digitAt(0))
  }
  return text
}

/** The bytes of base64 text; undefined for anything that `toBase64` does not write. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  for (let place = 0, offset = 0; place < text.length; place += 4) {
    let group = 0
    for (const digit of text.slice(place, place + 4)) group = group * 64 + Math.max(0, digits.indexOf(digit))
    for (let shift = 16; shift >= 0 && offset < bytes.length; shift -= 8, offset += 1)
      bytes[offset] = (group >> shift) & 0xff
  }
  return toBase64(bytes) === text ? bytes : undefined
}
