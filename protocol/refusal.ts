/** Every reason for which something a stranger sent is turned away. A closed list: new reasons are added here. */
export const refusalReasons = [
  'malformed',
  'tooLarge',
  'unsupportedVersion',
  'badSignature',
  'notFound',
  'manifestInvalid',
  'expressionInvalid',
  'listInvalid',
  'blobMissing',
  'blobCorrupt',
  'priceInvalid',
  'budgetTooSmall',
  'tooManyJobs',
  'unauthorised',
  'noWorkForYou',
  'leaseExpired',
  'wrongState',
  'commitmentMismatch',
  'resultSizeWrong',
  'resultUnwritten',
  'resultNotFinite',
  'resultDisagrees',
  'recalled',
  'jobUnrunnable',
  'deadlinePassed',
  'replacedByNewSession',
  'draining',
  'kernelInvalid',
  'kernelEndless',
  'kernelRacy',
  'kernelTooHeavy',
  'notPortable',
] as const

export type RefusalReason = (typeof refusalReasons)[number]

/**
 * A refusal that says what, where and what next.
 *
 * @example throw new Refusal('budgetTooSmall', 'The budget 0.1 MASK is less than …', { where: 'price.budgetMask', next: 'Raise it to 0.128.' })
 */
export class Refusal extends Error {
  readonly reason: RefusalReason
  readonly where: string | undefined
  readonly next: string | undefined

  constructor(
    reason: RefusalReason,
    message: string,
    detail: { where?: string; next?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: detail.cause })
    this.name = 'Refusal'
    this.reason = reason
    this.where = detail.where
    this.next = detail.next
  }
}
