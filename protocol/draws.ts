import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, fromHex, type Hex } from './bytes.ts'
import { spotsPerUnit } from './spots-per-unit.ts'

/**
 * How the beacon decides about a first result. The coordinator and everyone who audits it compute the very same: the
 * round is named before it exists, and its value and the commitment give eight numbers.
 */

/** `check`: its job's verify kernel judges it; `lastCheck`: and then it is final, if it is good. */
export const drawOutcomes = ['pass', 'audit', 'spots', 'check', 'lastCheck'] as const
export type DrawOutcome = (typeof drawOutcomes)[number]

/** The figures of a network's policy that draws depend on. */
export interface DrawPolicy {
  readonly auditRate: number
  readonly auditRateUnspotted: number
  readonly spotsDrawn: number
  readonly anchorShare: number
}

/** What is known of a result before its round is. */
export interface DrawnResult {
  readonly isChecked: boolean
  readonly spottable: boolean
  readonly isOnProbation: boolean
  /** Whether the job's funds bear its spots; asked where it matters. */
  readonly canPaySpots: () => boolean
}

/** Eight numbers below 2³² that nobody could know before the round: SHA-256 of its value and the commitment. */
export function drawNumbersOf(value: Hex, commitment: Hex): Uint32Array {
  const digest = sha256(concatBytes(fromHex(value), fromHex(commitment)))
  const view = new DataView(digest.buffer, digest.byteOffset)
  return Uint32Array.from({ length: 8 }, (_, place) => view.getUint32(4 * place))
}

/** What the numbers say about a first result, and of which parts. */
export function drawOutcomeOf(
  { isChecked, spottable, isOnProbation, canPaySpots }: DrawnResult,
  policy: DrawPolicy,
  numbers: Uint32Array,
): { outcome: Exclude<DrawOutcome, 'lastCheck'>; spots: number[] } {
  if (isChecked) return { outcome: 'check', spots: [] }
  const rate = spottable ? policy.auditRate : policy.auditRateUnspotted
  const isAudited = isOnProbation || chanceOf(numbers[0] ?? 0) < rate
  if (!spottable || policy.spotsDrawn === 0) return { outcome: isAudited ? 'audit' : 'pass', spots: [] }
  if (!canPaySpots()) return { outcome: 'audit', spots: [] }
  // An auditor that is its friend would repeat a lie: spots of an audited unit make that as risky as any other.
  return { outcome: isAudited ? 'audit' : 'spots', spots: chooseSpots(numbers, policy.spotsDrawn) }
}

/** Whether the second result of a unit that is audited comes from an anchor, where one is connected. */
export function drawsAnchor(numbers: Uint32Array, { anchorShare }: DrawPolicy): boolean {
  return chanceOf(numbers[1] ?? 0) < anchorShare
}

/** Distinct parts of a unit. */
function chooseSpots(numbers: Uint32Array, count: number): number[] {
  const spots = new Set<number>()
  for (let place = 3; spots.size < count; place += 1)
    spots.add((((numbers[3 + (place % 5)] ?? 0) + spread(place - 3)) >>> 0) % spotsPerUnit)
  return [...spots]
}

/** Another number below 2³² for each place, far from its neighbours' (Fibonacci hashing, Knuth 1973, 6.4). */
export function spread(number: number): number {
  return Math.imul(number, 0x9e3779b1) >>> 0
}

/** A number below 2³² as a chance, from 0 (included) to 1 (excluded). */
export function chanceOf(number: number): number {
  return number / 2 ** 32
}
