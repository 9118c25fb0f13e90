import { unitCountOf } from '#protocol/job-plan.ts'
import type { JobSpec, StoredInput } from '#protocol/job-spec.ts'
import type { Blobs } from './edge/blobs/blobs.ts'

/** What a provider downloads before its first unit of a job: kernels, list, shared inputs, and of sliced ones its share. */
export async function dataBytesOf(
  blobs: Blobs,
  { manifest, kernel, inputs, list, check }: JobSpec,
): Promise<number> {
  const unitCount = unitCountOf(manifest.units)
  const whole = [kernel, list, check].filter((id) => id !== undefined)
  const sizes = await Promise.all([
    ...whole.map((id) => blobs.sizeOf(id)),
    ...Object.values(inputs).map((input) => shareOf(blobs, input, unitCount)),
  ])
  return sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
}

function shareOf(blobs: Blobs, input: StoredInput, unitCount: number): Promise<number | undefined> {
  return typeof input === 'string' ? blobs.sizeOf(input) : Promise.resolve(Math.ceil(input.bytes / unitCount))
}
