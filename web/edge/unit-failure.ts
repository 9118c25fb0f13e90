import { unreachable } from '#protocol/assert.ts'
import type { AssignmentId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import { RunnerError } from '#runner/runner-error.ts'
import type { UnitFailure } from '#web/core/incident.ts'
import type { SessionEvent } from '#web/core/session-state.ts'
import { DataUnavailableError } from './blob-cache.ts'

/** What a failed computation means for the session. Anything not foreseen is thrown on. */
export function failureOf(assignment: AssignmentId, error: unknown): SessionEvent {
  const failed = (failure: UnitFailure): SessionEvent => ({ type: 'unitFailed', assignment, failure })
  if (error instanceof DataUnavailableError) return failed('dataUnavailable')
  // A result to be checked that is no result of its job's unit: what came is not what was meant.
  if (error instanceof Refusal)
    return failed(error.reason === 'resultSizeWrong' ? 'dataUnavailable' : 'kernelFailed')
  if (!(error instanceof RunnerError)) throw error
  switch (error.code) {
    case 'deviceLost':
      return { type: 'gpuLost', assignment }
    case 'noWebGpu':
    case 'noAdapter':
    case 'softwareAdapterOnly':
      return { type: 'gpuMissing', assignment }
    case 'notCapable':
    case 'tooLargeForDevice':
    case 'unitTooCoarse':
      return failed(error.code)
    case 'compileFailed':
    case 'invalidJob':
    case 'unwritten':
      return failed('kernelFailed')
    case 'hung':
      return failed('kernelHung')
    default:
      return unreachable(error.code)
  }
}
