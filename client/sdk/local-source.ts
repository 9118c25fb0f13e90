import { assert } from '#protocol/assert.ts'
import { checkSourceOf } from '#runner/check-source.ts'
import type { JobSource } from '#runner/job-source.ts'
import type { CompleteJob } from '#client/sdk/job-folder.ts'

/** The job's verify kernel over a result of one of its units; undefined where it has none. */
export function localCheckOf(
  job: CompleteJob,
  unit: number,
  result: Uint8Array<ArrayBuffer>,
): JobSource | undefined {
  const { check } = job
  return check && checkSourceOf(localSourceOf(job), { ...check, wgsl: check.kernel.text }, unit, result)
}

/** A job whose data is here, for a runner on this machine. */
export function localSourceOf({ manifest, kernel, inputs, list }: CompleteJob): JobSource {
  const inputOf = (name: string) => {
    const bytes = inputs.get(name)
    assert(bytes, 'a complete job has the bytes of each input')
    return bytes
  }
  return {
    key: 'local',
    manifest,
    wgsl: kernel.text,
    loadInput: (name) => Promise.resolve(inputOf(name)),
    loadSlice: (name, begin, end) => Promise.resolve(inputOf(name).slice(begin, end)),
    loadList: () => {
      assert(list, 'only a job with a list is asked for it')
      return Promise.resolve(list)
    },
  }
}
