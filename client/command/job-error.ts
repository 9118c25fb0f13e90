import { Refusal } from '#protocol/refusal.ts'
import { RunnerError } from '#runner/runner-error.ts'
import { kernelError, type JoinedKernel } from '#client/sdk/joined-kernel.ts'
import { MaskError, messageOf } from '#client/sdk/mask-error.ts'

/**
 * What the runner, or who looks for it, says of a job, in terms of the author's files.
 *
 * @param where what was being done, for errors that name no place.
 */
export function jobError(error: unknown, kernel: JoinedKernel, where: string): MaskError {
  if (error instanceof MaskError) return error
  if (error instanceof RunnerError && error.compilerMessages.length > 0) {
    const faults = error.compilerMessages.map(({ line, column, text }) => kernel.faultAt(line, column, text))
    return kernelError(faults, error)
  }
  if (error instanceof Refusal) return refused(error, kernel, where)
  const code = error instanceof RunnerError && error.code === 'invalidJob' ? 'manifestInvalid' : 'runFailed'
  const next =
    code === 'manifestInvalid' ? 'Correct job.json.' : 'Correct the job, or try it on another machine.'
  return new MaskError(code, messageOf(error), { where, next, cause: error })
}

/** A place in the kernel stands as line and column of the whole. */
function refused(error: Refusal, kernel: JoinedKernel, where: string): MaskError {
  const [, line, column] = /^(\d+):(\d+)$/.exec(error.where ?? '') ?? []
  if (line !== undefined)
    return kernelError([kernel.faultAt(Number(line), Number(column), error.message)], error)
  return new MaskError(error.reason, error.message, {
    where: error.where ?? where,
    next: error.next,
    cause: error,
  })
}
