import { checkPartsOf } from '#protocol/check-task.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { CheckJob } from '#protocol/verify-kernel.ts'
import type { JobSource } from './job-source.ts'

/** A job's verify kernel: the job that it makes, and its text. */
export interface VerifyKernel extends Omit<CheckJob, 'inferred'> {
  readonly wgsl: string
}

/**
 * The source of one run of a job's verify kernel over a result; its unit is the result's. All checks of a job share
 * the device and what is compiled.
 *
 * @throws {Refusal} `resultSizeWrong`
 */
export function checkSourceOf(
  job: JobSource,
  { manifest, candidates, wgsl }: VerifyKernel,
  unit: number,
  result: Uint8Array<ArrayBuffer>,
): JobSource {
  const parts = checkPartsOf(job.manifest, unit, result)
  const given = new Map([...candidates].map(([name, input]) => [input, parts.get(name)] as const))
  return {
    key: `${job.key} check`,
    manifest,
    wgsl,
    loadInput: (name) => job.loadInput(name),
    loadSlice: (name, begin, end) => {
      if (!given.has(name)) return job.loadSlice(name, begin, end)
      const bytes = given.get(name)
      // Copied, so that the result stays whoever's it is.
      if (bytes?.length === end - begin) return Promise.resolve(bytes.slice())
      return Promise.reject(
        new Refusal('resultSizeWrong', `The result to be checked has no ${end} bytes of "${name}".`),
      )
    },
    loadList: () => job.loadList(),
  }
}
