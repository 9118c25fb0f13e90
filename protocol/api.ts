import * as v from 'valibot'
import { addressSchema, contentIdSchema, digestSchema, jobIdSchema, saltSchema, weiSchema } from './ids.ts'
import { refusalReasons } from './refusal.ts'

/**
 * The HTTP API's shapes, shared by the coordinator (which answers) and the client (which asks).
 *
 *     GET  /api/v1/network                        NetworkView
 *     POST /api/v1/tickets                        TicketView: admission to the signalling server
 *     PUT  /api/v1/blobs/{cid}                    stores bytes under their content id
 *     GET  /api/v1/blobs/{cid}                    the bytes
 *     POST /api/v1/jobs            JobRequest     JobView; the same request again answers the same job
 *     GET  /api/v1/jobs                           JobView[]
 *     GET  /api/v1/jobs/{id}                      JobView
 *     GET  /api/v1/jobs/{id}/events               text/event-stream of JobEvent: a snapshot, then changes
 *     GET  /api/v1/jobs/{id}/units/{index}/result the canonical result's bytes
 *     GET  /api/v1/providers/{id}                 ProviderView, with the proof that claims what is claimable
 *     POST /api/v1/faucet          FaucetRequest  development only: coins to try with
 *     POST /rpc                                   JSON-RPC to the chain: reads and signed transactions only
 *
 * Errors are RFC 9457 problems (`application/problem+json`). Sums are decimal strings of wei; times are Unix milliseconds.
 */
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const time = v.pipe(v.number(), v.minValue(0))

export const networkViewSchema = v.object({
  version: v.number(),
  name: v.string(),
  chainId: v.number(),
  /** Development networks mint coins on request and use throw-away keys. */
  development: v.boolean(),
  contracts: v.object({ token: addressSchema, escrow: addressSchema, settlement: addressSchema }),
  coordinatorPeer: v.string(),
  epochDurationMs: time,
  providersOnline: count,
})

export const ticketViewSchema = v.object({
  peer: v.string(),
  ticket: v.string(),
  expiresAtMs: time,
  coordinatorPeer: v.string(),
})

export const jobRequestSchema = v.strictObject({
  /** Content id of the job spec, which must have been stored before, as must all it names. */
  spec: contentIdSchema,
  requester: addressSchema,
  /** Lets one spec be bought twice; the same nonce answers the same job. */
  nonce: saltSchema,
})

export const jobStates = ['awaitingFunds', 'running', 'finished', 'settled'] as const

const providerShareSchema = v.object({
  id: addressSchema,
  accepted: count,
  refused: count,
  earnedWei: weiSchema,
})

export const jobViewSchema = v.object({
  id: jobIdSchema,
  spec: contentIdSchema,
  name: v.string(),
  requester: addressSchema,
  salt: saltSchema,
  state: v.picklist(jobStates),
  unitCount: count,
  quorum: count,
  unitPriceWei: weiSchema,
  unitPayWei: weiSchema,
  costWei: weiSchema,
  budgetWei: weiSchema,
  fundedWei: weiSchema,
  /** Accepted units × unit price, as the ledger has it. */
  chargedWei: weiSchema,
  /** What the escrow gave back; zero until the job is settled. */
  refundedWei: weiSchema,
  units: v.object({
    queued: count,
    leased: count,
    committed: count,
    disputed: count,
    accepted: count,
    failed: count,
  }),
  /** Attempts at units so far, those included that ended without a result. */
  assignments: count,
  /** Results that were refused, and units on which results disagreed. */
  refusedResults: count,
  disputes: count,
  /** Mean milliseconds per accepted unit: waiting for a provider, until the first commitment, until the verdict. */
  meanMs: v.object({ queue: v.number(), run: v.number(), verify: v.number() }),
  createdAtMs: time,
  startedAtMs: v.nullable(time),
  finishedAtMs: v.nullable(time),
  providers: v.array(providerShareSchema),
})

/** One letter per unit: `q`ueued, `l`eased, `c`ommitted, `d`isputed, `a`ccepted, `f`ailed. */
export const unitLetters = {
  queued: 'q',
  leased: 'l',
  committed: 'c',
  disputed: 'd',
  accepted: 'a',
  failed: 'f',
} as const

export const jobEventSchema = v.variant('kind', [
  v.object({ kind: v.literal('snapshot'), job: jobViewSchema, units: v.string() }),
  v.object({
    kind: v.literal('units'),
    job: jobViewSchema,
    changed: v.array(v.tuple([count, v.picklist(Object.values(unitLetters))])),
  }),
])

export const providerViewSchema = v.object({
  id: addressSchema,
  accepted: count,
  refused: count,
  /** Accepted and not yet in a posted root. */
  pendingWei: weiSchema,
  /** In a posted root and not yet paid. */
  claimableWei: weiSchema,
  claimedWei: weiSchema,
  claim: v.nullable(
    v.object({ epoch: count, root: digestSchema, cumulativeWei: weiSchema, proof: v.array(digestSchema) }),
  ),
})

export const faucetRequestSchema = v.strictObject({ address: addressSchema })
export const faucetViewSchema = v.object({
  address: addressSchema,
  grantedWei: weiSchema,
  transaction: digestSchema,
})

export const problemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  reason: v.picklist([...refusalReasons, 'internal'] as const),
  where: v.optional(v.string()),
  next: v.optional(v.string()),
})

export type NetworkView = v.InferOutput<typeof networkViewSchema>
export type TicketView = v.InferOutput<typeof ticketViewSchema>
export type JobRequest = v.InferOutput<typeof jobRequestSchema>
export type JobState = (typeof jobStates)[number]
export type JobView = v.InferOutput<typeof jobViewSchema>
export type UnitCondition = keyof typeof unitLetters
export type UnitLetter = (typeof unitLetters)[UnitCondition]
export type JobEvent = v.InferOutput<typeof jobEventSchema>
export type ProviderView = v.InferOutput<typeof providerViewSchema>
export type FaucetView = v.InferOutput<typeof faucetViewSchema>
export type Problem = v.InferOutput<typeof problemSchema>
