import type { JobControlRequest } from '#protocol/api.ts'
import { checkJobControl } from '#protocol/job-control.ts'
import type { JobId } from '#protocol/ids.ts'
import type { Event } from './core/events.ts'
import { controlFault } from './core/job-control.ts'
import type { Job } from './core/state.ts'
import type { Clock } from './edge/clock.ts'

/** Hears what requesters have signed about their jobs, each thing once and in the order in which they signed. */
export class ControlDesk {
  readonly #chainId: number
  readonly #clock: Clock
  readonly #handle: (event: Event) => Promise<void>
  readonly #startedAtMs: number
  /** When each job's requester signed what was heard last. What was said before this start is not heard again. */
  readonly #heardAtMs = new Map<JobId, number>()

  /** `handle` settles once what follows from an event is durable. */
  constructor(chainId: number, clock: Clock, handle: (event: Event) => Promise<void>) {
    this.#chainId = chainId
    this.#clock = clock
    this.#handle = handle
    this.#startedAtMs = clock.nowMs()
  }

  /**
   * Obeys a job's requester; settles once it is durable.
   *
   * @throws {Refusal} `badSignature`, `unauthorised` for an old request, `wrongState` when it is too late.
   */
  async control(job: Job, request: JobControlRequest): Promise<void> {
    const { id, requester } = job.terms
    const afterMs = this.#heardAtMs.get(id) ?? this.#startedAtMs
    checkJobControl(request, {
      ...{ chainId: this.#chainId, job: id, requester },
      ...{ nowMs: this.#clock.nowMs(), afterMs },
    })
    const fault = controlFault(job, request.action)
    if (fault) throw fault
    this.#heardAtMs.set(id, request.atMs)
    await this.#handle({ kind: 'jobControlled', job: id, action: request.action })
  }
}
