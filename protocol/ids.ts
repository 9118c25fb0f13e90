import * as v from 'valibot'
import type { Hex } from './bytes.ts'

/** On-chain job id: keccak256(abi.encode(requester, salt)), so nobody can take another's id. 32 bytes. */
export type JobId = Hex
/** The account a provider is paid at and signs with: a 20-byte EVM address in lower case. */
export type ProviderId = Hex
/**
 * One attempt at a unit: `<job>/<unit>/<attempt>` with the job id's first 8 digits; unique in a coordinator. Errands (bundles
 * of spots, and checks by a verify kernel) count from a hundred million on; of a bundle the unit is its first spot's. The
 * number counts the job's assignments, so that nobody sees which is a unit's second.
 */
export type AssignmentId = string
/** CIDv1, raw, SHA-256, base32. */
export type ContentId = string

const hexOf = (bytes: number) =>
  v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`),
      `must be 0x and ${bytes * 2} lower-case hexadecimal digits`,
    ),
    v.transform((text) => text as Hex),
  )

export const jobIdSchema = hexOf(32)
export const digestSchema = hexOf(32)
export const saltSchema = hexOf(32)
export const addressSchema = hexOf(20)
export const signatureSchema = hexOf(65)
export const assignmentIdSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}\/\d{1,7}\/\d{1,9}$/, 'must be <job>/<unit>/<attempt>'),
)
/** Where the numbers of errands begin; no job has so many assignments. */
export const firstErrandAttempt = 100_000_000

/** Whether an assignment is an errand: a bundle of spots or a check, which is no vote on a unit. */
export function isErrand(assignment: AssignmentId): boolean {
  return attemptOf(assignment) >= firstErrandAttempt
}

/** The number of an assignment in its job. */
function attemptOf(assignment: AssignmentId): number {
  return Number(assignment.slice(assignment.lastIndexOf('/') + 1))
}

export const contentIdSchema = v.pipe(v.string(), v.regex(/^b[a-z2-7]{58}$/, 'must be a CIDv1 in base32'))
export const weiSchema = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/, 'must be a whole number of the smallest unit'),
  v.transform((text) => BigInt(text)),
)
