import fc from 'fast-check'
import { concatHex, encodeAbiParameters, keccak256, sha256, stringToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { toHex } from '#protocol/bytes.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import { decodeJobSpec, encodeJobSpec, jobIdOf, jobSaltOf, type JobSpec } from '#protocol/job-spec.ts'
import { requireComplete } from '#protocol/complete-manifest.ts'
import { limits, protocolVersion } from '#protocol/limits.ts'
import { parseManifest } from '#protocol/manifest.ts'
import { completeRoots } from './a-checked-job.ts'
import { aManifestJson } from './a-manifest.ts'
import { refusalOf } from './refusal-of.ts'

const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex)
const someId = contentIdOf(Uint8Array.of(1))
const aSpec = (): JobSpec => ({
  version: protocolVersion,
  manifest: requireComplete(parseManifest(aManifestJson())),
  kernel: someId,
  inputs: { numbers: contentIdOf(Uint8Array.of(2)) },
})
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('a job’s names', () => {
  test('[P6] the job id is keccak256(abi.encode(requester, salt))', () => {
    fc.assert(
      fc.property(hexOf(20), hexOf(32), (requester, salt) => {
        const encoded = encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [requester, salt])
        expect(jobIdOf(requester, salt)).toBe(keccak256(encoded))
      }),
    )
  })

  test('[P6] the salt is the hash of the spec’s content id and the nonce', () => {
    fc.assert(
      fc.property(fc.uint8Array(), hexOf(32), (bytes, nonce) => {
        const spec = contentIdOf(bytes)
        expect(jobSaltOf(spec, nonce)).toBe(
          sha256(concatHex([stringToHex(`mask/job/${protocolVersion}/${spec}/`), nonce])),
        )
      }),
    )
  })

  test('[P6] another spec or another nonce is another salt', () => {
    const nonces = [toHex(new Uint8Array(32)), toHex(new Uint8Array(32).fill(1))]
    const salts = [someId, contentIdOf(Uint8Array.of(2))].flatMap((spec) =>
      nonces.map((nonce) => jobSaltOf(spec, nonce)),
    )
    expect(new Set(salts).size).toBe(4)
  })
})

describe('a job spec', () => {
  test('[P6] it comes back as it was encoded, and the same spec has the same bytes', () => {
    expect(decodeJobSpec(encodeJobSpec(aSpec()))).toEqual(aSpec())
    expect(encodeJobSpec(decodeJobSpec(encodeJobSpec(aSpec())))).toEqual(encodeJobSpec(aSpec()))
  })

  test.each<[fault: string, bytes: Uint8Array, reason: string]>([
    ['no JSON', Uint8Array.of(0x7b), 'malformed'],
    ['no text', Uint8Array.of(0xff, 0xfe), 'malformed'],
    ['another version', encode({ ...aSpec(), version: protocolVersion + 1 }), 'malformed'],
    ['an unknown field', encode({ ...aSpec(), price: 0 }), 'malformed'],
    ['a kernel that is no content id', encode({ ...aSpec(), kernel: '../kernel' }), 'malformed'],
    ['a bad manifest', encode({ ...aSpec(), manifest: {} }), 'manifestInvalid'],
    ['an input without its blob', encode({ ...aSpec(), inputs: {} }), 'blobMissing'],
    ['endless text', new Uint8Array(limits.manifestBytesMax + 1).fill(0x20), 'tooLarge'],
  ])('[P1] %s is refused', (_fault, bytes, reason) => {
    expect(refusalOf(() => decodeJobSpec(bytes)).reason).toBe(reason)
  })
})

describe('a job spec with a verify kernel', () => {
  const manifest = completeRoots()
  const spec: JobSpec = {
    version: protocolVersion,
    manifest,
    kernel: someId,
    inputs: { numbers: contentIdOf(Uint8Array.of(2)) },
    check: contentIdOf(Uint8Array.of(3)),
  }

  test('comes back as it was encoded', () => {
    expect(decodeJobSpec(encodeJobSpec(spec))).toEqual(spec)
  })

  test.each([
    ['names its blob', { ...spec, check: undefined }],
    ['and no other job does', { ...aSpec(), check: someId }],
  ])('%s', (_rule, wrong) => {
    expect(refusalOf(() => decodeJobSpec(encodeJobSpec(wrong)))).toMatchObject({
      reason: 'blobMissing',
      where: 'check',
      next: expect.stringMatching(/\w/) as unknown,
    })
  })
})
