import { MaskError } from '#client/sdk/mask-error.ts'

/** How long the client waits for what; all in milliseconds. */
export interface Timing {
  /** For the beginning of an answer. */
  readonly answerMs: number
  /** For the next bytes of an answer, or of the event stream, which sends a keep-alive well within it. */
  readonly idleMs: number
  /** Before the first retry; doubled for each later one, up to `retryMsMax`. */
  readonly retryMs: number
  readonly retryMsMax: number
  /** In all, on failures that may pass. */
  readonly patienceMs: number
  /** Hears each failure that is going to be waited out. */
  readonly onRetry?: (failure: MaskError) => void
}

export const defaultTiming: Timing = {
  answerMs: 30_000,
  idleMs: 60_000,
  retryMs: 250,
  retryMsMax: 5_000,
  patienceMs: 60_000,
}

/** Waits longer from failure to failure, and gives up when patience is spent. */
export class Patience {
  readonly #timing: Timing
  readonly #signal: AbortSignal | undefined
  #sinceMs = performance.now()
  #failures = 0

  constructor(timing: Timing, signal: AbortSignal | undefined) {
    this.#timing = timing
    this.#signal = signal
  }

  /** Something succeeded: patience is whole again, and the pauses are short. */
  renew(): void {
    this.#sinceMs = performance.now()
    this.#failures = 0
  }

  /** Something came, but not enough to trust the line: patience is whole, the pauses stay long. */
  extend(): void {
    this.#sinceMs = performance.now()
  }

  /** Waits before another try. Throws the failure itself when it cannot pass or patience is spent. */
  async bear(failure: unknown): Promise<void> {
    this.#signal?.throwIfAborted()
    if (!(failure instanceof MaskError) || !failure.retryable) throw failure
    const { retryMs, retryMsMax, patienceMs } = this.#timing
    // Up to half as long again, so that many clients of a restarted coordinator do not come back as one.
    const pauseMs = Math.min(retryMs * 2 ** this.#failures, retryMsMax) * (1 + Math.random() / 2)
    if (performance.now() - this.#sinceMs + pauseMs > patienceMs) throw failure
    this.#failures += 1
    this.#timing.onRetry?.(failure)
    await pause(pauseMs, this.#signal)
  }
}

/** Tries until it succeeds, fails for good or patience is spent. Only for what may be done twice. */
export async function persist<Value>(
  timing: Timing,
  signal: AbortSignal | undefined,
  attempt: () => Promise<Value>,
): Promise<Value> {
  const patience = new Patience(timing, signal)
  for (;;) {
    try {
      return await attempt()
    } catch (failure) {
      await patience.bear(failure)
    }
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
export function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort)
    })
  })
}

async function pause(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, durationMs)
  })
  try {
    await unlessAborted(passed, signal)
  } finally {
    clearTimeout(timer)
  }
}
