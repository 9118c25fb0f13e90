import { createHash } from 'node:crypto'
import * as v from 'valibot'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentIdOf, contentIdOfDigest } from '#protocol/content-id.ts'
import { contentIdSchema } from '#protocol/ids.ts'

test.each([
  ['', 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'],
  ['hello world', 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'],
])('[P3] the content id of "%s" is the one other tools give', (text, id) => {
  expect(contentIdOf(new TextEncoder().encode(text))).toBe(id)
})

test('[P3] an id is b, then base32 of version 1, raw, SHA-256, 32 bytes and the digest', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const digest = createHash('sha256').update(bytes).digest()
      const id = contentIdOf(bytes)
      expect(id).toBe(`b${base32(Uint8Array.of(0x01, 0x55, 0x12, 0x20, ...digest))}`)
      expect(contentIdOfDigest(digest)).toBe(id)
      expect(v.is(contentIdSchema, id)).toBe(true)
    }),
  )
})

/** RFC 4648 base32, lower case, without padding, a bit at a time. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups
    .map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group.padEnd(5, '0'), 2)])
    .join('')
}
