import * as v from 'valibot'
import { causeSchema } from './offer.ts'
import { weiSchema } from './ids.ts'

/** Why a job does not get on, and what would change that: data, so that everybody can say it in their own words. */
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const amount = v.pipe(v.number(), v.minValue(0))

/**
 * What keeps the job waiting, the first that applies:
 *
 * - `awaitingFunds`, `paused`: its requester has the next move;
 * - `noProviders`: nobody is online; `nobodyMatches`: nobody of them can or wants to;
 * - `tooFewMatch`: fewer match than must agree on a unit;
 * - `allBusy`: those who match hold all they may, or have done their part of every unit that is left;
 * - `beacon`: everything is computed, and a round that says how it is checked has not come;
 * - `anchor`: a dispute or a check waits for one of the providers whose word settles it;
 * - `checks`: everything is computed, and its providers have not passed enough checks yet.
 */
export const waitingReasons = [
  'awaitingFunds',
  'paused',
  'noProviders',
  'nobodyMatches',
  'tooFewMatch',
  'allBusy',
  'beacon',
  'anchor',
  'checks',
] as const

/** How many providers fail a condition, and how many fail it and no other. */
const failed = { providers: count, only: count }

/** A condition of the match that some providers fail; `best` is what the best of those has. */
const failingSchema = v.variant('condition', [
  v.object({ condition: v.literal('feature'), feature: v.string(), ...failed }),
  v.object({ condition: v.literal('limit'), limit: v.string(), needed: amount, best: amount, ...failed }),
  v.object({ condition: v.literal('memory'), neededBytes: amount, bestBytes: amount, ...failed }),
  v.object({ condition: v.literal('speed'), neededGflops: amount, bestGflops: amount, ...failed }),
  /** What an hour of a GPU would earn, at most among them, and the least that one of them asks. */
  v.object({
    condition: v.literal('price'),
    paysWeiPerHour: weiSchema,
    asksWeiPerHour: weiSchema,
    ...failed,
  }),
  v.object({ condition: v.literal('cause'), cause: causeSchema, ...failed }),
  /** They do not work for this requester. */
  v.object({ condition: v.literal('requester'), ...failed }),
  /** They will not download so much more today. */
  v.object({ condition: v.literal('data'), neededBytes: amount, bestBytes: amount, ...failed }),
  /** They have no invitation to the job's pool. */
  v.object({ condition: v.literal('pool'), ...failed }),
  /** They would not be done with one unit by then. */
  v.object({ condition: v.literal('deadline'), deadlineMs: amount, ...failed }),
  /** Its kernel has failed on their devices. */
  v.object({ condition: v.literal('kernel'), ...failed }),
])

/** What the requester could change in the job. */
const changeSchema = v.variant('kind', [
  v.object({ kind: v.literal('price'), perUnitWei: weiSchema }),
  v.object({ kind: v.literal('feature'), feature: v.string() }),
  v.object({ kind: v.literal('limit'), limit: v.string(), value: amount }),
  v.object({ kind: v.literal('memory'), bytes: amount }),
  v.object({ kind: v.literal('speed'), gflops: amount }),
  v.object({ kind: v.literal('data'), bytes: amount }),
  v.object({ kind: v.literal('pool') }),
  v.object({ kind: v.literal('deadline'), deadlineMs: amount }),
])

export const waitingViewSchema = v.object({
  reason: v.picklist(waitingReasons),
  /** The market at this moment, whatever the reason. */
  providersOnline: count,
  /** Of those, how many would be given a unit if they had room and it was paid for. */
  matching: count,
  /** Of those, how many have room. */
  free: count,
  /** How many different providers it takes to decide a unit. */
  needed: count,
  /** Most providers first; a provider that fails several conditions stands under each. */
  failing: v.array(failingSchema),
  /** Each by itself, with how many providers would match then; most first. */
  suggestions: v.array(v.object({ change: changeSchema, matches: count })),
})

export type WaitingView = v.InferOutput<typeof waitingViewSchema>
export type WaitingReason = WaitingView['reason']
export type FailingCondition = WaitingView['failing'][number]
export type Suggestion = WaitingView['suggestions'][number]
export type SuggestedChange = Suggestion['change']
