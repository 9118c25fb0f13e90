/** How a child process ended under a request: by itself, by its time limit or by its memory limit. */
export type ChildFailureCode = 'crashed' | 'timedOut' | 'outOfMemory'

/** A child process is gone and took the request with it. The process that asked is unharmed. */
export class ChildFailure extends Error {
  readonly code: ChildFailureCode
  /** The end of what the child wrote to its error output; for logs, never for strangers. */
  readonly lastWords: string

  constructor(code: ChildFailureCode, message: string, lastWords = '') {
    super(message)
    this.name = 'ChildFailure'
    this.code = code
    this.lastWords = lastWords
  }
}
