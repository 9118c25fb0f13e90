import * as v from 'valibot'
import {
  addressSchema,
  contentIdSchema,
  digestSchema,
  jobIdSchema,
  saltSchema,
  signatureSchema,
  weiSchema,
} from './ids.ts'
import { refusalReasons } from './refusal.ts'
import { waitingViewSchema } from './waiting.ts'

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
 *     POST /api/v1/jobs/{id}/control JobControlRequest  JobView; signed by the requester, and the same again changes nothing
 *     GET  /api/v1/jobs/{id}/units/{index}/result the canonical result's bytes, `Mask-Verification: verified | provisional`
 *     GET  /api/v1/market?perUnitWei=&unitMs=     MarketView; with a bid, how soon it would be served
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
/** What its requester has said since: nothing is handed out while a job is paused, nothing new once it is cancelled. */
export const jobControls = ['none', 'paused', 'cancelled'] as const

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
  control: v.picklist(jobControls),
  /** Why nothing of it is being computed now; null while something is, and once all is decided. */
  waiting: v.nullable(waitingViewSchema),
  unitCount: count,
  /** Agreeing results a unit takes; 1: computed once, then checked as the public beacon says. */
  quorum: count,
  unitPriceWei: weiSchema,
  unitPayWei: weiSchema,
  /** The most it can cost. The least is units × unit price; of a job of quorum 1, checks add to that. */
  costWei: weiSchema,
  budgetWei: weiSchema,
  fundedWei: weiSchema,
  /** What its accepted results have earned, checks included, as the ledger has it: never taken back. */
  chargedWei: weiSchema,
  /** What its provisional results will be charged once they are final. */
  provisionalWei: weiSchema,
  /** What the escrow gave back; zero until the job is settled. */
  refundedWei: weiSchema,
  units: v.object({
    queued: count,
    leased: count,
    committed: count,
    disputed: count,
    /** Computed and usable, but not final: taken back if the provider is found to cheat. */
    provisional: count,
    accepted: count,
    failed: count,
    /** Not computed, because the requester cancelled. */
    cancelled: count,
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

/** One letter per unit: `q`ueued, `l`eased, `c`ommitted, `d`isputed, `p`rovisional, `a`ccepted, `f`ailed, `x` for cancelled. */
export const unitLetters = {
  queued: 'q',
  leased: 'l',
  committed: 'c',
  disputed: 'd',
  provisional: 'p',
  accepted: 'a',
  failed: 'f',
  cancelled: 'x',
} as const

/** Header of a result's answer, one of `verifications`: whether the result is final. */
export const verificationHeader = 'Mask-Verification'
export const verifications = ['verified', 'provisional'] as const

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
  /** Of provisional results: forfeited if the provider is found to cheat. */
  pendingWei: weiSchema,
  /** Of accepted results, final and not yet in a posted root. */
  earnedWei: weiSchema,
  /** In a posted root and not yet paid. */
  claimableWei: weiSchema,
  claimedWei: weiSchema,
  claim: v.nullable(
    v.object({ epoch: count, root: digestSchema, cumulativeWei: weiSchema, proof: v.array(digestSchema) }),
  ),
})

export const jobActions = ['pause', 'resume', 'cancel'] as const

export const jobControlRequestSchema = v.strictObject({
  action: v.picklist(jobActions),
  /** The requester's clock; an old request is refused, so that nobody can say it again. */
  atMs: count,
  signature: signatureSchema,
})

/** Prices of an hour of a GPU in wei: a tenth of them lie below `low`, a tenth above `high`. */
const pricesSchema = v.object({ low: weiSchema, median: weiSchema, high: weiSchema })

export const marketViewSchema = v.object({
  /** What was paid for an hour of a GPU lately; null where nothing was. */
  goingRateWeiPerHour: v.nullable(pricesSchema),
  /** What those ask who are online; null where nobody is. */
  asksWeiPerHour: v.nullable(pricesSchema),
  providersOnline: count,
  /** Of those, how many have room. */
  providersFree: count,
  /** Units of paid jobs that wait to be computed, and how long that will take one GPU like those online. */
  queuedUnits: count,
  queuedGpuMs: time,
  /** How likely a unit at the bid of the query would be taken soon, 0 to 1; null where there is no bid. */
  fillProbability: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
})

/**
 * The query of a bid: all of it or nothing. `perUnitWei`: what a unit earns one provider, a job's unit price ÷ quorum;
 * `unitMs`: how long it keeps a common GPU busy.
 */
export const bidSchema = v.strictObject({
  perUnitWei: weiSchema,
  unitMs: v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, 'must be whole milliseconds'),
    v.transform(Number),
    v.minValue(1),
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
export type Verification = (typeof verifications)[number]
export type JobAction = (typeof jobActions)[number]
export type JobControlRequest = v.InferOutput<typeof jobControlRequestSchema>
export type MarketView = v.InferOutput<typeof marketViewSchema>
export type Bid = v.InferOutput<typeof bidSchema>
export type JobState = (typeof jobStates)[number]
export type JobView = v.InferOutput<typeof jobViewSchema>
export type UnitCondition = keyof typeof unitLetters
export type UnitLetter = (typeof unitLetters)[UnitCondition]
export type JobEvent = v.InferOutput<typeof jobEventSchema>
export type ProviderView = v.InferOutput<typeof providerViewSchema>
export type FaucetView = v.InferOutput<typeof faucetViewSchema>
export type Problem = v.InferOutput<typeof problemSchema>
