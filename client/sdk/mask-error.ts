import { Refusal, type RefusalReason } from '#protocol/refusal.ts'

/** What can go wrong on the requester's own side; the coordinator's reasons are in `protocol/refusal.ts`. */
export const clientFailures = [
  'unreachable',
  'timedOut',
  'answerBroken',
  'jobMismatch',
  'jobUnfinished',
  'balanceTooSmall',
  'fundingFailed',
  'resultTooLarge',
  'resultProvisional',
  'folderInvalid',
  'fileMissing',
  'prepareFailed',
  'keyMissing',
  'keyInvalid',
  'argumentInvalid',
  'outputFailed',
  'mergeFailed',
  'noAdapter',
  'runFailed',
  'coordinatorFailed',
] as const

export type MaskErrorCode = RefusalReason | (typeof clientFailures)[number] | 'internal'

/** What an error may say beside its message. */
export interface MaskErrorDetail {
  /** The field, file, address or account it is about. */
  readonly where?: string | undefined
  /** What to do next, as a sentence. */
  readonly next?: string | undefined
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable?: boolean
  /** What the kernel's compiler or reader objects to. */
  readonly faults?: readonly KernelFault[]
  readonly cause?: unknown
}

/** A message about a place in one of the author's files; line and column count from 1. */
export interface KernelFault {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line itself. */
  readonly text: string
  readonly message: string
}

/**
 * Every error of the SDK: a sentence for people, a code for programs.
 *
 * @example catch (error) { if (error instanceof MaskError && error.code === 'balanceTooSmall') … }
 */
export class MaskError extends Error {
  readonly code: MaskErrorCode
  readonly where: string | undefined
  readonly next: string | undefined
  readonly retryable: boolean
  readonly faults: readonly KernelFault[]

  constructor(code: MaskErrorCode, message: string, detail: MaskErrorDetail = {}) {
    super(message, { cause: detail.cause })
    this.name = 'MaskError'
    this.code = code
    this.where = detail.where
    this.next = detail.next
    this.retryable = detail.retryable ?? false
    this.faults = detail.faults ?? []
  }
}

/** Runs a step of the protocol; a refusal leaves as a `MaskError` with the same code, place and next step. */
export function withoutRefusals<Value>(step: () => Value): Value {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new MaskError(error.reason, error.message, { where: error.where, next: error.next, cause: error })
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
