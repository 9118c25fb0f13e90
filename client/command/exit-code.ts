import type { MaskErrorCode } from '#client/sdk/mask-error.ts'

/** How the command ends, for scripts. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  auth: 3,
  validation: 4,
  budget: 5,
  /** Some units failed, or are not there yet. */
  partial: 6,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The errors that have an exit code of their own; all others end in `failure`. */
const kinds: Partial<Record<MaskErrorCode, ExitCode>> = {
  argumentInvalid: exitCodes.usage,

  keyMissing: exitCodes.auth,
  keyInvalid: exitCodes.auth,
  unauthorised: exitCodes.auth,
  badSignature: exitCodes.auth,

  folderInvalid: exitCodes.validation,
  fileMissing: exitCodes.validation,
  prepareFailed: exitCodes.validation,
  malformed: exitCodes.validation,
  tooLarge: exitCodes.validation,
  resultTooLarge: exitCodes.validation,
  manifestInvalid: exitCodes.validation,
  expressionInvalid: exitCodes.validation,
  listInvalid: exitCodes.validation,
  kernelInvalid: exitCodes.validation,
  kernelEndless: exitCodes.validation,
  kernelRacy: exitCodes.validation,
  kernelTooHeavy: exitCodes.validation,
  notPortable: exitCodes.validation,
  jobUnrunnable: exitCodes.validation,
  deadlinePassed: exitCodes.validation,
  priceInvalid: exitCodes.validation,
  blobMissing: exitCodes.validation,
  blobCorrupt: exitCodes.validation,

  budgetTooSmall: exitCodes.budget,
  balanceTooSmall: exitCodes.budget,
}

export function exitCodeOf(code: MaskErrorCode): ExitCode {
  return kinds[code] ?? exitCodes.failure
}
