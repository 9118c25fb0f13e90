import { MaskError } from '#client/sdk/mask-error.ts'

/**
 * A time limit that can be moved while bytes arrive, joined with the caller's own signal.
 * Its signal aborts with the caller's reason or with a `MaskError` `timedOut`.
 */
export class Deadline {
  readonly #expiry = new AbortController()
  readonly #what: string
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly signal: AbortSignal

  /** `what` ends the sentence "No answer for 30 s from …". */
  constructor(what: string, signal: AbortSignal | undefined) {
    this.#what = what
    this.signal = signal ? AbortSignal.any([signal, this.#expiry.signal]) : this.#expiry.signal
  }

  /** Starts the limit anew. */
  within(durationMs: number): void {
    this.end()
    this.#timer = setTimeout(() => {
      const message = `No answer for ${durationMs / 1000} s from ${this.#what}.`
      const next = 'Check the network and the coordinator, then try again.'
      this.#expiry.abort(new MaskError('timedOut', message, { retryable: true, next }))
    }, durationMs)
  }

  /** Lifts the limit. */
  end(): void {
    clearTimeout(this.#timer)
  }
}
