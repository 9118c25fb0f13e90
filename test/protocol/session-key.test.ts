import fc from 'fast-check'
import { recoverAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { fromHex, toHex, type Hex } from '#protocol/bytes.ts'
import { greetingDigest, sessionKeyOf, signDigest, signerOf } from '#protocol/session-key.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const secrets = bytes32.filter((secret) => secret.some((byte) => byte !== 0) && (secret[0] ?? 255) < 255)
const someKey = sessionKeyOf(new Uint8Array(32).fill(7))
const someDigest: Hex = `0x${'ab'.repeat(32)}`

test('[T2] the provider is the Ethereum address of its key', () => {
  fc.assert(
    fc.property(secrets, (secret) => {
      expect(sessionKeyOf(secret).provider).toBe(privateKeyToAccount(toHex(secret)).address.toLowerCase())
    }),
    { numRuns: 20 },
  )
})

test('[T2] what a key signs is recovered as its provider, here and by viem', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, bytes32, async (secret, message) => {
      const key = sessionKeyOf(secret)
      const digest = toHex(message)
      const signature = signDigest(key, digest)
      expect(fromHex(signature)).toHaveLength(65)
      expect(signerOf(digest, signature)).toBe(key.provider)
      expect((await recoverAddress({ hash: digest, signature })).toLowerCase()).toBe(key.provider)
    }),
    { numRuns: 25 },
  )
})

test('[T2] a signature over one digest proves nothing about another', () => {
  const signature = signDigest(someKey, someDigest)
  expect(signerOf(`0x${'ac'.repeat(32)}`, signature)).not.toBe(someKey.provider)
})

test('[T2] bytes that are no signature have no signer', () => {
  for (const bytes of [
    new Uint8Array(65),
    new Uint8Array(65).fill(255),
    new Uint8Array(64),
    new Uint8Array(0),
  ])
    expect(signerOf(someDigest, toHex(bytes))).toBeUndefined()
})

test('[T2] no bytes of a stranger crash the check, and none pass for another’s', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 65, maxLength: 65 }), (bytes) => {
      expect(signerOf(someDigest, toHex(bytes))).not.toBe(someKey.provider)
    }),
    { numRuns: 300 },
  )
})

test('[T2] a greeting is bound to its challenge and its chain', () => {
  const challenge: Hex = `0x${'01'.repeat(32)}`
  const digests = [greetingDigest(challenge, 1), greetingDigest(challenge, 2), greetingDigest(someDigest, 1)]
  expect(new Set(digests).size).toBe(3)
})
