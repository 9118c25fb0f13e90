import * as v from 'valibot'
import { addressSchema, digestSchema, signatureSchema, weiSchema } from './ids.ts'

/** What a coordinator asks an auditor, by `POST /attest`, and what that answers. Sums are decimal strings in JSON. */

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** An `EpochAttestation`, to be signed. */
export const attestRequestSchema = v.strictObject({
  epoch: count,
  logSize: count,
  logRoot: digestSchema,
  payRoot: digestSchema,
  totalEarnedWei: weiSchema,
  totalChargedWei: weiSchema,
  chargesHash: digestSchema,
})

export const attestAnswerSchema = v.variant('outcome', [
  v.strictObject({ outcome: v.literal('signed'), auditor: addressSchema, signature: signatureSchema }),
  /** The first entry that is wrong, and why. */
  v.strictObject({ outcome: v.literal('refused'), index: count, entry: v.string(), why: v.string() }),
  /** It could not look: it may be asked again. */
  v.strictObject({ outcome: v.literal('failed'), why: v.string() }),
])

export type AttestAnswer = v.InferOutput<typeof attestAnswerSchema>
