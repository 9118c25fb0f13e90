import * as v from 'valibot'
import {
  addressSchema,
  assignmentIdSchema,
  contentIdSchema,
  digestSchema,
  jobIdSchema,
  signatureSchema,
  weiSchema,
} from './ids.ts'
import { limits } from './limits.ts'
import { offerSchema } from './offer.ts'
import { Refusal, refusalReasons } from './refusal.ts'

/**
 * The conversation between a provider's worker and the coordinator, over one ordered, reliable channel.
 *
 *     coordinator                         provider
 *       challenge  ─────────────────────▶
 *                  ◀─────────────────────  greet (signed challenge)
 *       welcome    ─────────────────────▶
 *       assign     ─────────────────────▶  computes
 *                  ◀─────────────────────  commit (hash only)
 *       receipt    ─────────────────────▶  only now: the commitment is durable
 *                  ◀─────────────────────  reveal (+ the result's bytes)
 *       verdict    ─────────────────────▶  accepted or refused, with the reason
 *       account    ─────────────────────▶  whenever a sum has changed
 *
 * `offer` says anew what it has and wants; `renew` asks for more time, and `renewed` grants it. `heartbeat` proves that the tab lives; `capacity` says how many units it wants to hold from now on; `handBack` and
 * `leave` return units at once.
 */
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.unitsPerJobMax - 1))
const capacity = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.capacityMax))
const milliseconds = v.pipe(v.number(), v.minValue(0))

const fromProviderSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('greet'),
    version: v.number(),
    provider: addressSchema,
    /** How many units the worker wants to hold at once. */
    capacity,
    offer: offerSchema,
    signature: signatureSchema,
  }),
  v.strictObject({ type: v.literal('heartbeat') }),
  /** What it has and wants from now on. */
  v.strictObject({ type: v.literal('offer'), offer: offerSchema }),
  /** It is still computing and wants the lease prolonged. */
  v.strictObject({ type: v.literal('renew'), assignment: assignmentIdSchema }),
  /** It wants to hold so many units from now on: short ones are asked for ahead, so that the GPU does not wait for the network. */
  v.strictObject({ type: v.literal('capacity'), capacity }),
  v.strictObject({
    type: v.literal('commit'),
    assignment: assignmentIdSchema,
    commitment: digestSchema,
    signature: signatureSchema,
  }),
  v.strictObject({ type: v.literal('reveal'), assignment: assignmentIdSchema, nonce: digestSchema }),
  v.strictObject({
    type: v.literal('handBack'),
    assignment: assignmentIdSchema,
    reason: v.picklist([
      'stopping',
      'deviceLost',
      'dataUnavailable',
      'kernelFailed',
      /** The device lacks what the unit needs: memory, a feature, or the speed to bound one workgroup. */
      'notCapable',
      /** The kernel did not end. Said before the device is destroyed, as nothing may be said after it. */
      'kernelHung',
    ]),
  }),
  v.strictObject({ type: v.literal('leave') }),
])

/**
 * Work that is not a whole unit. `spots`: 1/64 of the workgroups of each of several units, re-run as a check; each is
 * [unit, spot]. `check`: the job's verify kernel over a result, which is the message's payload.
 */
const taskSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('spots'),
    spots: v.pipe(
      v.array(v.strictTuple([index, v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(63))])),
      v.minLength(1),
      v.maxLength(limits.spotsPerBundleMax),
    ),
  }),
  v.strictObject({ kind: v.literal('check') }),
])

const fromCoordinatorSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('challenge'),
    challenge: digestSchema,
    chainId: v.number(),
    version: v.number(),
  }),
  v.strictObject({ type: v.literal('welcome'), heartbeatMs: milliseconds }),
  v.strictObject({
    type: v.literal('assign'),
    assignment: assignmentIdSchema,
    job: jobIdSchema,
    spec: contentIdSchema,
    requester: addressSchema,
    unit: index,
    /** What is to be computed; a whole unit unless said. */
    task: v.optional(taskSchema),
    /** What this unit earns when it is accepted. */
    payWei: weiSchema,
    leaseMs: milliseconds,
  }),
  v.strictObject({ type: v.literal('renewed'), assignment: assignmentIdSchema, leaseMs: milliseconds }),
  v.strictObject({ type: v.literal('receipt'), assignment: assignmentIdSchema, commitment: digestSchema }),
  v.strictObject({
    type: v.literal('verdict'),
    assignment: assignmentIdSchema,
    /** `provisional`: taken for now; its pay stays pending until its provider has passed more checks. */
    outcome: v.picklist(['accepted', 'provisional', 'refused', 'cancelled']),
    reason: v.optional(v.picklist(refusalReasons)),
  }),
  v.strictObject({
    type: v.literal('account'),
    accepted: v.number(),
    /** Provisional, and forfeited if its provider is found to cheat. */
    pendingWei: weiSchema,
    /** Final, not yet in a posted root. */
    earnedWei: weiSchema,
    claimableWei: weiSchema,
    claimedWei: weiSchema,
  }),
  v.strictObject({
    type: v.literal('refuse'),
    reason: v.picklist(refusalReasons),
    message: v.string(),
    assignment: v.optional(assignmentIdSchema),
  }),
])

/** What a provider may say. `reveal` carries the result's bytes as its payload. */
export type FromProvider = v.InferOutput<typeof fromProviderSchema>
/** What the coordinator says. */
export type FromCoordinator = v.InferOutput<typeof fromCoordinatorSchema>
export type Task = v.InferOutput<typeof taskSchema>
export type HandBackReason = Extract<FromProvider, { type: 'handBack' }>['reason']

/** Parses a provider's header. @throws {Refusal} `malformed` */
export function parseFromProvider(header: unknown): FromProvider {
  return parse(fromProviderSchema, header)
}

/** Parses a coordinator's header. @throws {Refusal} `malformed` */
export function parseFromCoordinator(header: unknown): FromCoordinator {
  return parse(fromCoordinatorSchema, header)
}

function parse<Schema extends v.GenericSchema>(schema: Schema, header: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, header)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  throw new Refusal(
    'malformed',
    `A message is malformed at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}.`,
  )
}
