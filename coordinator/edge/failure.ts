/** Why the coordinator cannot go on: what happened, what to do next, and the process's exit code. */
export class Failure extends Error {
  readonly next: string
  readonly exitCode: number

  /**
   * @param exitCode 1 for a failure at run time, 2 for a wrong setting, as the README lists them.
   */
  constructor(message: string, detail: { next: string; exitCode?: number; cause?: unknown }) {
    super(message, { cause: detail.cause })
    this.name = 'Failure'
    this.next = detail.next
    this.exitCode = detail.exitCode ?? 1
  }
}

/** The `code` of a system error such as EACCES, if it is one. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
