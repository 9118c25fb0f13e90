import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { JobAction, JobControlRequest } from './api.ts'
import { bigEndian, concatBytes, fromHex, toHex, type Hex } from './bytes.ts'
import type { JobId } from './ids.ts'
import { Refusal } from './refusal.ts'
import { signerOf } from './session-key.ts'

/** How far the requester's clock and the coordinator's may be apart. */
const skewMsMax = 5 * 60_000

/** What a requester signs to pause, resume or cancel a job. */
export interface JobControlParts {
  readonly chainId: number
  readonly job: JobId
  readonly action: JobAction
  /** Unix milliseconds by the requester's clock. */
  readonly atMs: number
}

/**
 * The words as EIP-712 typed data, so that a wallet shows what it is asked to sign; keys at hand sign the same.
 *
 * @example const signature = await wallet.signTypedData(jobControlTypedData({ chainId, job, action: 'cancel', atMs: Date.now() }))
 */
export function jobControlTypedData({ chainId, job, action, atMs }: JobControlParts) {
  return {
    domain: { name: 'MASK', version: '1', chainId },
    types: {
      JobControl: [
        { name: 'job', type: 'bytes32' },
        { name: 'action', type: 'string' },
        { name: 'atMs', type: 'uint64' },
      ],
    },
    primaryType: 'JobControl',
    message: { job, action, atMs: BigInt(atMs) },
  } as const
}

/** The digest of that typed data (EIP-712): domain, chain, job, action and time in fixed widths. */
export function jobControlDigest({ chainId, job, action, atMs }: JobControlParts): Hex {
  const domain = hashOf(
    hashOfText('EIP712Domain(string name,string version,uint256 chainId)'),
    hashOfText('MASK'),
    hashOfText('1'),
    bigEndian(chainId, 32),
  )
  const words = hashOf(
    hashOfText('JobControl(bytes32 job,string action,uint64 atMs)'),
    fromHex(job),
    hashOfText(action),
    bigEndian(atMs, 32),
  )
  return toHex(hashOf(Uint8Array.of(0x19, 0x01), domain, words))
}

/**
 * Turns away what the job's requester did not sign, or not now.
 *
 * @param by what is known where it is checked; `afterMs`: the time of the last request that was obeyed, or when the
 *   coordinator started: what was said before is not heard again.
 * @throws {Refusal} `badSignature`, or `unauthorised` for a time outside the window.
 */
export function checkJobControl(
  { action, atMs, signature }: JobControlRequest,
  by: {
    readonly chainId: number
    readonly job: JobId
    readonly requester: Hex
    readonly nowMs: number
    readonly afterMs: number
  },
): void {
  const signer = signerOf(
    jobControlDigest({ chainId: by.chainId, job: by.job, action, atMs }),
    recoverable(signature),
  )
  if (signer !== by.requester)
    throw new Refusal('badSignature', 'Only the account that submitted the job may control it.', {
      where: 'signature',
      next: 'Sign with the key of the requester that the job names.',
    })
  if (Math.abs(by.nowMs - atMs) > skewMsMax)
    throw new Refusal('unauthorised', 'This was signed more than five minutes from now.', {
      where: 'atMs',
      next: 'Check the clock, and sign again.',
    })
  if (atMs <= by.afterMs)
    throw new Refusal('unauthorised', 'Something signed later has already been heard.', {
      where: 'atMs',
      next: 'Sign again.',
    })
}

/** Wallets end a signature in 27 or 28 where the protocol has the bare recovery bit. */
function recoverable(signature: Hex): Hex {
  const bytes = fromHex(signature)
  const last = bytes[64] ?? 0
  if (last === 27 || last === 28) bytes[64] = last - 27
  return toHex(bytes)
}

function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  return keccak_256(concatBytes(...parts))
}

function hashOfText(text: string): Uint8Array {
  return keccak_256(utf8ToBytes(text))
}
