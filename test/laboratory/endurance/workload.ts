import type { JobTerms } from '#coordinator/core/state.ts'
import type { ResultPart } from '#protocol/job-plan.ts'
import { logNormal } from '#test/simulation/log-normal.ts'
import type { Random } from '#test/simulation/random.ts'
import { hexOf } from '../mask/mask-jobs.ts'
import { resultBytes } from '../mask/result-bytes.ts'
import type { Conditions } from './conditions.ts'

/** A job, and what its requester does about it and when. */
export interface PlannedJob {
  readonly terms: JobTerms
  /** How long a unit takes on a common device. */
  readonly unitMs: number
  readonly submitMs: number
  readonly controls: readonly { readonly atMs: number; readonly action: 'pause' | 'resume' | 'cancel' }[]
}

const minuteMs = 60_000
const unitMsMedian = 5 * minuteMs
const unitMsSigma = 0.7
/** A longer unit would outlast every lease. */
const unitMsMost = 11 * minuteMs
const unitsMost = 10_000
const requesters = 6

/** How results are verified, in the shares in which jobs come. */
const kinds = [
  ...Array<Kind>(9).fill({ quorum: 1, spottable: true, isChecked: false }),
  ...Array<Kind>(3).fill({ quorum: 1, spottable: false, isChecked: false }),
  ...Array<Kind>(3).fill({ quorum: 2, spottable: false, isChecked: false }),
  { quorum: 3, spottable: false, isChecked: false },
  ...Array<Kind>(4).fill({ quorum: 1, spottable: false, isChecked: true }),
]

interface Kind {
  readonly quorum: number
  readonly spottable: boolean
  readonly isChecked: boolean
}

/** The jobs of one network: of all kinds, sizes and prices, with units of some seconds to some minutes. */
export function planJobs(random: Random, conditions: Conditions): PlannedJob[] {
  return Array.from({ length: conditions.jobs }, (_, index) => planJob(random, conditions, index + 1))
}

function planJob(random: Random, conditions: Conditions, number: number): PlannedJob {
  const { slots, troubleMs, jobs, load } = conditions
  const unitMs = Math.min(unitMsMost, Math.max(10_000, logNormal(random, unitMsMedian, unitMsSigma)))
  const kind = kinds[random.below(kinds.length)] ?? { quorum: 1, spottable: true, isChecked: false }
  // Audits and checks come on top.
  const copies = kind.quorum === 1 ? 1.3 : kind.quorum
  const share = random.between(0.2, 1.8) / jobs
  const unitCount = Math.ceil((share * load * slots * troubleMs) / unitMs / copies)
  const submitMs = random.between(0, 0.7) * troubleMs
  return {
    terms: termsOf(random, number, kind, Math.min(unitsMost, Math.max(20, unitCount)), unitMs),
    unitMs,
    submitMs,
    controls: controlsOf(random, submitMs, troubleMs),
  }
}

function controlsOf(random: Random, submitMs: number, troubleMs: number): PlannedJob['controls'] {
  const atMs = submitMs + random.between(0, 0.3) * troubleMs
  const resumeMs = atMs + logNormal(random, 20 * minuteMs, 1)
  const chance = random.unit()
  if (chance < 0.1) return [{ atMs, action: 'cancel' }]
  if (chance < 0.35)
    return [
      { atMs, action: 'pause' },
      { atMs: resumeMs, action: 'resume' },
    ]
  if (chance < 0.4)
    return [
      { atMs, action: 'pause' },
      { atMs: resumeMs, action: 'cancel' },
    ]
  return []
}

function termsOf(
  random: Random,
  number: number,
  { quorum, spottable, isChecked }: Kind,
  unitCount: number,
  unitMs: number,
): JobTerms {
  const unitPayWei = BigInt(1 + random.below(1_000)) * 64n * 10n ** 9n
  const unitPriceWei = unitPayWei * BigInt(quorum)
  const costWei = (quorum === 1 ? 3n : 1n) * unitPriceWei * BigInt(unitCount)
  const requester = hexOf(1 + (number % requesters), 20)
  const parts: readonly ResultPart[] = [
    {
      name: 'out',
      bytes: resultBytes,
      comparator: isChecked ? { compare: 'checker', wgsl: 'check.wgsl' } : { compare: 'exact' },
    },
  ]
  return {
    // Assignments are named by the first eight digits.
    id: `0x${number.toString(16).padStart(8, '0').padEnd(64, '0')}`,
    spec: `endurance-${number}`,
    salt: hexOf(number, 32),
    name: 'Endurance job',
    requester,
    plan: { unitCount, quorum, unitPriceWei, unitPayWei, costWei, budgetWei: costWei + unitPriceWei },
    needs: {
      features: [],
      limits: {},
      memoryBytes: 0,
      gflopsMin: 0,
      cause: 'other',
      requester,
      dataBytes: random.chance(0.5) ? 0 : 50_000_000,
      pool: undefined,
      deadlineMs: undefined,
      targetMs: unitMs,
    },
    spottable,
    resultPartsOf: () => parts,
  }
}
