import {
  marketViewSchema,
  networkViewSchema,
  type Bid,
  type MarketView,
  type NetworkView,
} from '#protocol/api.ts'
import type { JobSpec } from '#protocol/job-spec.ts'
import { HttpApi } from '#client/sdk/http-api.ts'
import { Job } from '#client/sdk/job.ts'
import type { JobFolder } from '#client/sdk/job-folder.ts'
import { MaskError } from '#client/sdk/mask-error.ts'
import { defaultTiming, type Timing } from '#client/sdk/patience.ts'
import { addressOf } from '#client/sdk/requester.ts'
import type { SubmitOptions } from '#client/sdk/submit-job.ts'

export interface MaskClientOptions {
  /** Address of a coordinator, e.g. `http://127.0.0.1:8787`. */
  readonly baseUrl: string
  readonly fetch?: typeof globalThis.fetch
  readonly timing?: Partial<Timing>
}

/**
 * A requester's way to a MASK network. Works in browsers and in Node.
 *
 * @example
 * const mask = new MaskClient({ baseUrl: 'http://127.0.0.1:8787' })
 * const job = await mask.submit({ manifest, files }, { account })
 * for await (const { unit, bytes } of job.results({ ordered: true })) …
 */
export class MaskClient {
  readonly #api: HttpApi
  /** One submission at a time per account: two sends at once would take the same transaction number. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor({ baseUrl, fetch, timing }: MaskClientOptions) {
    if (!URL.canParse(baseUrl) || !/^https?:/.test(baseUrl))
      throw new MaskError('argumentInvalid', `"${baseUrl}" is no http or https address.`, {
        where: 'baseUrl',
        next: 'Give one such as http://127.0.0.1:8787.',
      })
    // Called bare: a browser's fetch refuses to be a method of something else than its window.
    const bare = fetch ?? globalThis.fetch
    const fetchFn: typeof globalThis.fetch = (...request) => bare(...request)
    this.#api = new HttpApi(baseUrl, fetchFn, { ...defaultTiming, ...timing })
  }

  /** What the network is; fails at once when nobody answers. */
  network(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<NetworkView> {
    return this.#api.get('/api/v1/network', networkViewSchema, { ...options, patienceMs: 0 })
  }

  /**
   * What work costs now.
   *
   * @param bid also asks how likely a unit of this price, which keeps a common GPU busy for `unitMs`, is taken soon.
   */
  market(bid?: Bid, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<MarketView> {
    const query = bid ? `?perUnitWei=${bid.perUnitWei}&unitMs=${bid.unitMs}` : ''
    return this.#api.get(`/api/v1/market${query}`, marketViewSchema, options)
  }

  /** A job by its id; the network is not asked yet. */
  job(id: string): Job {
    return new Job(this.#api, id)
  }

  /**
   * Packs, uploads, registers and funds a job.
   *
   * @throws {MaskError} with the protocol's refusal reasons, `fileMissing`, `balanceTooSmall`, `fundingFailed`, `unreachable` …
   */
  async submit(job: JobFolder | JobSpec, options: SubmitOptions): Promise<Job> {
    return this.job(await this.#inTurn(addressOf(options), () => this.#submit(job, options)))
  }

  async #submit(job: JobFolder | JobSpec, options: SubmitOptions) {
    options.signal?.throwIfAborted()
    // Only who pays needs the chain's library, which is most of the SDK's weight.
    const { submitJob } = await import('#client/sdk/submit-job.ts')
    return submitJob(this.#api, await this.network(options), job, options)
  }

  #inTurn<Value>(account: string, step: () => Promise<Value>): Promise<Value> {
    const before = this.#turns.get(account) ?? Promise.resolve()
    const turn = before.then(step, step)
    this.#turns.set(account, turn)
    return turn
  }
}
