import { releaseProxy, wrap, type Endpoint, type Remote } from 'comlink'
import { withDeadline } from '#runner/deadline.ts'
import { Interruption } from '#runner/interruption.ts'

/** What a client needs of a `Worker`. */
export interface WorkerLike extends Endpoint {
  terminate(): void
}

/** A call was not answered: the worker crashed, was ended, or is stuck. */
export class WorkerGoneError extends Error {
  constructor(why: string, cause?: unknown) {
    super(why, { cause })
    this.name = 'WorkerGoneError'
  }
}

const callMsMax = 10_000

/**
 * A Comlink client whose calls always settle. Comlink's own never do once the worker is dead; here a crash or the end
 * rejects what is pending, and so does time.
 */
export class WorkerClient<Api> {
  readonly #worker: WorkerLike
  readonly #remote: Remote<Api>
  readonly #gone = new Interruption()

  /** @param onCrash called at most once, never after `end`. */
  constructor(worker: WorkerLike, onCrash: (error: WorkerGoneError) => void) {
    this.#worker = worker
    this.#remote = wrap<Api>(worker)
    const crash = (event: object) => {
      if (this.#gone.error) return
      const cause: unknown = 'error' in event ? event.error : event
      const error = new WorkerGoneError('The worker crashed.', cause)
      this.#finish(error)
      onCrash(error)
    }
    for (const type of ['error', 'messageerror']) worker.addEventListener(type, crash)
  }

  /**
   * One call.
   *
   * @throws {WorkerGoneError} when no answer came within the limit, or none can come.
   * @example await client.call((remote) => remote.stop('now'))
   */
  async call<T>(use: (remote: Remote<Api>) => Promise<T>, limitMs: number = callMsMax): Promise<T> {
    if (this.#gone.error) throw this.#gone.error
    const answer = this.#gone.guard(use(this.#remote))
    return withDeadline(
      answer,
      limitMs,
      () => new WorkerGoneError(`The worker gave no answer in ${limitMs} ms.`),
    )
  }

  /** Ends the worker; what is pending rejects. */
  end(): void {
    if (!this.#gone.error) this.#finish(new WorkerGoneError('The worker has ended.'))
  }

  #finish(error: WorkerGoneError): void {
    this.#gone.interrupt(error)
    this.#remote[releaseProxy]()
    this.#worker.terminate()
  }
}
