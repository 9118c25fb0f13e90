/**
 * Why a unit or a whole job cannot run here. A closed list: the first four are about the device, the next three about
 * what it lacks for the job, the others about the job.
 */
export type RunnerErrorCode =
  | 'noWebGpu'
  | 'noAdapter'
  | 'softwareAdapterOnly'
  | 'deviceLost'
  /** A feature or a limit is missing; the message names it. */
  | 'notCapable'
  /** More memory than the device has or is lent. */
  | 'tooLargeForDevice'
  /** A single workgroup takes so long here that the screen would stall. */
  | 'unitTooCoarse'
  | 'compileFailed'
  | 'invalidJob'
  | 'unwritten'
  | 'hung'

/** A compiler's word on the kernel. Line and column count from 1. */
export interface CompilerMessage {
  readonly line: number
  readonly column: number
  readonly text: string
}

export class RunnerError extends Error {
  readonly code: RunnerErrorCode
  /** Only of `compileFailed`. */
  readonly compilerMessages: readonly CompilerMessage[]

  constructor(
    code: RunnerErrorCode,
    message: string,
    detail: { cause?: unknown; compilerMessages?: readonly CompilerMessage[] } = {},
  ) {
    super(message, { cause: detail.cause })
    this.name = 'RunnerError'
    this.code = code
    this.compilerMessages = detail.compilerMessages ?? []
  }
}
