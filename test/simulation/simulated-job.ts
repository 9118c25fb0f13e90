import { toHex } from '#protocol/bytes.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import type { JobId } from '#protocol/ids.ts'
import { jobIdOf, jobSaltOf } from '#protocol/job-spec.ts'
import type { JobTerms } from '#coordinator/core/state.ts'
import { Random } from './random.ts'

export const elementsPerUnit = 4
const tolerance = { compare: 'tolerance', atol: 1e-3, rtol: 1e-3, outliers: 0 } as const
const checker = { compare: 'checker', wgsl: 'check.wgsl' } as const

/** A job for simulations: four f32 a unit, compared by tolerance, quorum of two unless told otherwise. */
export function aJob(
  random: Random,
  options: { unitCount: number; quorum?: number; spottable?: boolean; checked?: boolean },
): JobTerms {
  const quorum = options.quorum ?? 2
  const requester = toHex(random.bytes(20))
  const nonce = toHex(random.bytes(32))
  const spec = contentIdOf(random.bytes(32))
  const salt = jobSaltOf(spec, nonce)
  const unitPayWei = BigInt(1 + random.below(1_000_000)) * 64n * 10n ** 9n
  const unitPriceWei = unitPayWei * BigInt(quorum)
  const unitCostWei = quorum === 1 ? 2n * unitPriceWei + unitPriceWei / 32n : unitPriceWei
  const costWei = unitCostWei * BigInt(options.unitCount)
  return {
    id: jobIdOf(requester, salt),
    spec,
    salt,
    nonce,
    name: 'Simulated job',
    requester,
    plan: {
      unitCount: options.unitCount,
      quorum,
      unitPriceWei,
      unitPayWei,
      costWei,
      budgetWei: costWei + unitPriceWei,
    },
    needs: {
      features: [],
      limits: {},
      memoryBytes: 0,
      gflopsMin: 0,
      cause: 'science',
      requester,
      dataBytes: 0,
      pool: undefined,
      deadlineMs: undefined,
      targetMs: undefined,
    },
    spottable: options.spottable ?? false,
    resultPartsOf: () => [
      { name: 'out', bytes: 4 * elementsPerUnit, comparator: options.checked ? checker : tolerance },
    ],
  }
}

/** The right answer to a unit, as every honest device would have it up to its own rounding. */
export function trueResultOf(job: JobId, unit: number): Float32Array<ArrayBuffer> {
  const random = new Random(Number.parseInt(job.slice(2, 10), 16) ^ Math.imul(unit + 1, 0x9e3779b1))
  return Float32Array.from({ length: elementsPerUnit }, () => random.between(-100, 100))
}

/** Whether a canonical result is the right one, within what two honest devices may differ by. */
export function isTrue(job: JobId, unit: number, result: Uint8Array): boolean {
  const floats = new Float32Array(result.slice().buffer)
  return trueResultOf(job, unit).every(
    (value, index) => Math.abs((floats[index] ?? NaN) - value) <= 2e-3 * (1 + Math.abs(value)),
  )
}
