import { hashTypedData } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import type { JobControlRequest } from '#protocol/api.ts'
import { fromHex, toHex } from '#protocol/bytes.ts'
import {
  checkJobControl,
  jobControlDigest,
  jobControlTypedData,
  type JobControlParts,
} from '#protocol/job-control.ts'
import { sessionKeyOf, signDigest } from '#protocol/session-key.ts'
import { refusalOf } from './refusal-of.ts'

const secret = toHex(new Uint8Array(32).fill(3))
const requester = privateKeyToAccount(secret)
const parts: JobControlParts = {
  chainId: 31_337,
  job: toHex(new Uint8Array(32).fill(8)),
  action: 'cancel',
  atMs: 1_760_000_000_000,
}
const here = {
  chainId: parts.chainId,
  job: parts.job,
  requester: requester.address.toLowerCase() as `0x${string}`,
  nowMs: parts.atMs + 1_000,
  afterMs: 0,
}

async function signed(changes: Partial<JobControlParts> = {}): Promise<JobControlRequest> {
  const said = { ...parts, ...changes }
  const signature = await requester.signTypedData(jobControlTypedData(said))
  return { action: said.action, atMs: said.atMs, signature }
}

describe('what a requester signs to control a job', () => {
  test('[J9] the digest is that of EIP-712, as wallets compute it', () => {
    expect(jobControlDigest(parts)).toBe(hashTypedData(jobControlTypedData(parts)))
  })

  test('[J9] the requester is obeyed, whether a wallet signs or a bare key', async () => {
    checkJobControl(await signed(), here)
    const bare = signDigest(sessionKeyOf(fromHex(secret)), jobControlDigest(parts))
    checkJobControl({ action: 'cancel', atMs: parts.atMs, signature: bare }, here)
  })

  test('[J9] chain, job, action and time are bound: none of them can be exchanged', async () => {
    const request = await signed()
    const others: [string, JobControlRequest, typeof here][] = [
      ['action', { ...request, action: 'resume' }, here],
      ['time', { ...request, atMs: request.atMs + 1 }, here],
      ['chain', request, { ...here, chainId: 1 }],
      ['job', request, { ...here, job: toHex(new Uint8Array(32).fill(9)) }],
      ['requester', request, { ...here, requester: toHex(new Uint8Array(20).fill(1)) }],
    ]
    for (const [what, said, where] of others)
      expect(
        refusalOf(() => {
          checkJobControl(said, where)
        }).reason,
        what,
      ).toBe('badSignature')
  })

  test('[J9] five minutes from now it counts, a millisecond more and it does not, in either direction', async () => {
    const request = await signed()
    for (const offsetMs of [300_000, -300_000]) {
      checkJobControl(request, { ...here, nowMs: parts.atMs + offsetMs })
      const beyond = { ...here, nowMs: parts.atMs + offsetMs + Math.sign(offsetMs) }
      expect(
        refusalOf(() => {
          checkJobControl(request, beyond)
        }).reason,
      ).toBe('unauthorised')
    }
  })

  test('[J9] what was heard once is not heard again, nor what was signed before it', async () => {
    checkJobControl(await signed(), { ...here, afterMs: parts.atMs - 1 })
    for (const afterMs of [parts.atMs, parts.atMs + 1]) {
      const request = await signed()
      expect(
        refusalOf(() => {
          checkJobControl(request, { ...here, afterMs })
        }),
      ).toMatchObject({
        reason: 'unauthorised',
        next: 'Sign again.',
      })
    }
  })
})
