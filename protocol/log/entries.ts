import { utf8ToBytes } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import { drawOutcomes } from '../draws.ts'
import {
  addressSchema,
  assignmentIdSchema,
  contentIdSchema,
  digestSchema,
  jobIdSchema,
  saltSchema,
  signatureSchema,
} from '../ids.ts'
import { limits } from '../limits.ts'
import { Refusal } from '../refusal.ts'
import { canonicalJson } from './canonical-json.ts'
import { entryBytesMax } from './tiles.ts'

/**
 * What the public record says, one fact an entry. It is all that an auditor needs to work out who has earned what, and
 * whether the coordinator kept to its own rules; results and kernels are not in it.
 */

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const unit = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.unitsPerJobMax - 1))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
/** A sum, as text with one spelling. */
const wei = v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,77})$/, 'must be a whole number of the smallest unit'))
const spot = v.strictTuple([unit, v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(63))])
const bytes = v.pipe(v.string(), v.regex(/^0x([0-9a-f]{2}){0,16384}$/, 'must be bytes'))
/** Of an accuser's pay: the errand with which it accused, and the unit. */
const payIdSchema = v.pipe(
  v.string(),
  v.regex(
    /^[0-9a-f]{8}\/\d{1,7}\/\d{1,9}(\/\d{1,7}\/\d{1,2})?$/,
    'must be an assignment, or one with a unit and a spot',
  ),
)

const entrySchema = v.variant('kind', [
  /** By what rules the coordinator goes from here on. The first entry, and one whenever they change. */
  v.strictObject({
    kind: v.literal('rules'),
    chainId: count,
    /** The settlement contract. */
    contract: addressSchema,
    /** Providers whose word settles disputes. */
    anchors: v.array(addressSchema),
    policy: v.strictObject({
      auditRate: share,
      auditRateUnspotted: share,
      spotsDrawn: count,
      anchorShare: share,
      probationUnits: count,
      beaconRoundMs: count,
    }),
  }),
  /** A job was admitted; its terms are those of its spec, which the salt ties to the money. */
  v.strictObject({
    kind: v.literal('job'),
    job: jobIdSchema,
    requester: addressSchema,
    salt: saltSchema,
    nonce: digestSchema,
    spec: contentIdSchema,
    unitCount: v.pipe(count, v.minValue(1)),
    quorum: v.pipe(count, v.minValue(1)),
    unitPriceWei: wei,
    unitPayWei: wei,
    costWei: wei,
    /** How results are compared: bit by bit, within tolerances, or by the job's verify kernel. */
    comparison: v.picklist(['exact', 'tolerance', 'checker']),
    spottable: v.boolean(),
  }),
  /** The escrow holds or held so much for a job, in all. */
  v.strictObject({ kind: v.literal('fund'), job: jobIdSchema, fundedWei: wei }),
  /** Its requester has paused, resumed or cancelled it. */
  v.strictObject({
    kind: v.literal('control'),
    job: jobIdSchema,
    control: v.picklist(['none', 'paused', 'cancelled']),
  }),
  /** A provider has bound itself to a result, over its signature. Its place in the log is its receipt. */
  v.strictObject({
    kind: v.literal('commit'),
    assignment: assignmentIdSchema,
    job: jobIdSchema,
    unit,
    provider: addressSchema,
    /** Of work that is no vote on a unit: a bundle of [unit, spot] to re-run, or one run of the verify kernel. */
    task: v.optional(
      v.variant('kind', [
        v.strictObject({
          kind: v.literal('spots'),
          spots: v.pipe(v.array(spot), v.maxLength(limits.spotsPerBundleMax)),
        }),
        v.strictObject({ kind: v.literal('check') }),
      ]),
    ),
    commitment: digestSchema,
    signature: signatureSchema,
  }),
  /** It has shown what it had bound itself to; of a vote, the round that will decide how it is checked. */
  v.strictObject({ kind: v.literal('reveal'), assignment: assignmentIdSchema, round: v.optional(count) }),
  /**
   * What that was: it opens the commitment. Said only when nobody is to compute the same again: whoever is to check a
   * result could else try guesses against its digest, instead of computing it.
   */
  v.strictObject({
    kind: v.literal('opening'),
    assignment: assignmentIdSchema,
    resultDigest: digestSchema,
    nonce: digestSchema,
  }),
  /** Another round decides, since what stood before this result has fallen or it is checked for its own sake. */
  v.strictObject({ kind: v.literal('round'), assignment: assignmentIdSchema, round: count }),
  /** The round has come, with this value, and says how the result is checked. */
  v.strictObject({
    kind: v.literal('draw'),
    assignment: assignmentIdSchema,
    round: count,
    value: digestSchema,
    outcome: v.picklist(drawOutcomes),
    anchor: v.boolean(),
    spots: v.array(v.pipe(count, v.maxValue(63))),
  }),
  /** What an identity's checked work has come to, as far as draws depend on it. */
  v.strictObject({
    kind: v.literal('standing'),
    provider: addressSchema,
    probationPassed: count,
    convictions: count,
  }),
  /** A result earns nothing, for this reason. */
  v.strictObject({
    kind: v.literal('refusal'),
    assignment: assignmentIdSchema,
    reason: v.pipe(v.string(), v.regex(/^[a-zA-Z]{1,40}$/)),
  }),
  /** What became of a unit; `recalled`: it was provisional and is open again. */
  v.strictObject({
    kind: v.literal('verdict'),
    job: jobIdSchema,
    unit,
    verdict: v.picklist(['provisional', 'accepted', 'failed', 'cancelled', 'recalled']),
    /** The assignment whose result stands; not said again when a provisional unit comes to its end. */
    canonical: v.optional(assignmentIdSchema),
  }),
  /** Pay that is earned for good, and charged to the job. */
  v.strictObject({
    kind: v.literal('pay'),
    assignment: payIdSchema,
    job: jobIdSchema,
    unit,
    provider: addressSchema,
    amountWei: wei,
  }),
  /** Every unit of a job is decided. */
  v.strictObject({ kind: v.literal('end'), job: jobIdSchema }),
  /** Where a session key's pay goes, as it and the wallet have signed (`protocol/wallet-link.ts`). */
  v.strictObject({
    kind: v.literal('link'),
    provider: addressSchema,
    wallet: addressSchema,
    serial: count,
    expiresAtSeconds: count,
    sessionSignature: signatureSchema,
    walletSignature: bytes,
    state: v.picklist(['pending', 'inEffect', 'superseded']),
    /** Of a link in effect: what the key had earned in all, up to which its pay went elsewhere. */
    fromWei: v.optional(wei),
  }),
  /** The sums up to here go into a root; what it must be follows from what stands before. */
  v.strictObject({
    kind: v.literal('epoch'),
    number: v.pipe(count, v.minValue(1)),
    payees: count,
    earnedWei: wei,
    chargedWei: wei,
  }),
  /** The epoch will never be in effect: an auditor does not sign it, or has vetoed it. */
  v.strictObject({ kind: v.literal('stopped'), number: count }),
  /** The epoch is in effect: the chain holds its root. */
  v.strictObject({ kind: v.literal('posted'), number: count, transaction: v.optional(digestSchema) }),
])

export type LogEntry = v.InferOutput<typeof entrySchema>
export type LogEntryOf<Kind extends LogEntry['kind']> = Extract<LogEntry, { kind: Kind }>

/** An entry as the bytes that are hashed: canonical JSON. @throws {Refusal} `malformed` or `tooLarge` */
export function encodeEntry(entry: LogEntry): Uint8Array {
  const encoded = utf8ToBytes(canonicalJson(entry))
  if (encoded.length > entryBytesMax)
    throw new Refusal('tooLarge', `An entry of the log has ${encoded.length} bytes.`)
  return encoded
}

/**
 * Reads an entry. Of one fact there is one text: any other spelling of it is refused.
 *
 * @throws {Refusal} `malformed`
 */
export function decodeEntry(encoded: Uint8Array): LogEntry {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(encoded)
    value = JSON.parse(text)
  } catch (cause) {
    throw new Refusal('malformed', 'An entry is not JSON.', { cause })
  }
  const parsed = v.safeParse(entrySchema, value)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new Refusal('malformed', `${v.getDotPath(issue) ?? 'The entry'}: ${issue.message}.`)
  }
  if (canonicalJson(parsed.output) !== text)
    throw new Refusal('malformed', 'An entry is not in its canonical form.')
  return parsed.output
}
