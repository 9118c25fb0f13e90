import fc from 'fast-check'
import { concatHex, numberToHex, sha256, stringToHex } from 'viem'
import { expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import { commitmentOf, resultDigestOf, type CommitmentParts } from '#protocol/commitment.ts'

const digits = (pair: string, bytes: number) => `0x${pair.repeat(bytes)}` as const
const parts: CommitmentParts = {
  chainId: 31_337,
  job: digits('11', 32),
  unit: 7,
  provider: digits('22', 20),
  resultDigest: digits('33', 32),
  nonce: digits('44', 32),
}

test('[V1] the commitment is SHA-256 of the domain and all parts at fixed widths', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(999_999),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (chainId, unit, nonce) => {
        const all = { ...parts, chainId, unit, nonce: toHex(nonce) }
        const encoded = concatHex([
          stringToHex('mask/commitment/1'),
          numberToHex(chainId, { size: 8 }),
          all.job,
          numberToHex(unit, { size: 4 }),
          all.provider,
          all.resultDigest,
          all.nonce,
        ])
        expect(commitmentOf(all)).toBe(sha256(encoded))
      },
    ),
  )
})

// Providers in the field keep commitments across a reload: this value must never change within version 1.
test('[V1] the golden commitment', () => {
  expect(commitmentOf(parts)).toBe('0x022e24dc32da3a5af6e41aec5d4d0154f980b040593ac7cbf27d1b38d0bc90ff')
})

test('[V1] [F9] changing any part changes the commitment', () => {
  const others: CommitmentParts[] = [
    parts,
    { ...parts, chainId: 1 },
    { ...parts, job: digits('12', 32) },
    { ...parts, unit: 8 },
    { ...parts, provider: digits('23', 20) },
    { ...parts, resultDigest: digits('34', 32) },
    { ...parts, nonce: digits('45', 32) },
  ]
  expect(new Set(others.map(commitmentOf)).size).toBe(7)
})

test('[V1] the result’s digest is SHA-256 of its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (result) => {
      expect(resultDigestOf(result)).toBe(sha256(result))
    }),
  )
})
