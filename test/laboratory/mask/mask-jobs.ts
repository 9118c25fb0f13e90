import type { Hex } from '#protocol/bytes.ts'
import { poolIdOf } from '#protocol/pools.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import type { Offer } from '#protocol/offer.ts'
import type { JobTerms } from '#coordinator/core/state.ts'
import { payWei } from '../pay.ts'
import { resultBytes } from './result-bytes.ts'

/** Of the self-dealers' own job: nothing, as far as whole wei in equal spots allow. */
const farmPayWei = 64n
const farmPool = 'laboratory-farm-pool'
const farmRequester = hexOf(0xfa, 20)
/** So many requesters share the run's units, so that what one of them pays for need not count for all. */
const requesters = 8

const parts: readonly ResultPart[] = [{ name: 'out', bytes: resultBytes, comparator: { compare: 'exact' } }]

/** The requesters' jobs, with `units` units in all, each of which takes so long. */
export function ordinaryJobs(units: number, unitMs: number): JobTerms[] {
  const most = Math.ceil(units / requesters)
  return Array.from({ length: requesters }, (_, index) => Math.min(most, Math.max(0, units - index * most)))
    .filter((unitCount) => unitCount > 0)
    .map((unitCount, index) =>
      jobTerms(index + 1, { unitCount, payWei, requester: hexOf(index + 1, 20), pool: undefined, unitMs }),
    )
}

/** The job that self-dealers give to themselves. */
export function farmJob(unitCount: number, unitMs: number): JobTerms {
  const requester = farmRequester
  return jobTerms(0xfa, {
    unitCount,
    payWei: farmPayWei,
    requester,
    pool: poolIdOf(farmPool),
    unitMs,
  })
}

function jobTerms(
  number: number,
  job: { unitCount: number; payWei: bigint; requester: Hex; pool: Hex | undefined; unitMs: number },
): JobTerms {
  const { unitCount, payWei: unitPriceWei, requester, pool, unitMs } = job
  // More than a job can need, so that no unit is checked in another way for want of funds.
  const costWei = 3n * unitPriceWei * BigInt(unitCount)
  return {
    // Assignments are named by the first eight digits.
    id: `0x${number.toString(16).padStart(8, '0').padEnd(64, '0')}`,
    spec: `laboratory-${number}`,
    salt: hexOf(number, 32),
    name: 'Laboratory job',
    requester,
    plan: { unitCount, quorum: 1, unitPriceWei, unitPayWei: unitPriceWei, costWei, budgetWei: costWei },
    needs: {
      features: [],
      limits: {},
      memoryBytes: 0,
      gflopsMin: 0,
      cause: 'other',
      requester,
      dataBytes: 0,
      pool,
      deadlineMs: undefined,
      targetMs: unitMs,
    },
    spottable: true,
    resultPartsOf: () => parts,
  }
}

const offer: Offer = {
  features: [],
  limits: {},
  memoryMiB: 1_024,
  speed: { gflops: 1_000, gops: 1_000, copyGBps: 100, launchMs: 0.1 },
  numericClass: hexOf(1, 32),
  causes: { never: [] },
  requesters: { never: [] },
  minimumWeiPerHour: 0n,
  pools: [],
}

/** What a provider offers who takes any work. */
export const openOffer: Offer = { ...offer, requesters: { never: [farmRequester] } }
/** What a self-dealer offers while it wants nothing but its friends' units. */
export const farmOffer: Offer = {
  ...offer,
  requesters: { only: [farmRequester], never: [] },
  pools: [farmPool],
}

export function hexOf(number: number, bytes: number): Hex {
  return `0x${number.toString(16).padStart(2 * bytes, '0')}`
}
