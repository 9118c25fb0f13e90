import * as v from 'valibot'
import {
  jobViewSchema,
  networkViewSchema,
  verificationHeader,
  type JobAction,
  type JobEvent,
  type JobState,
  type JobView,
  type UnitLetter,
  type Verification,
} from '#protocol/api.ts'
import { toHex } from '#protocol/bytes.ts'
import { contentIdOf } from '#protocol/content-id.ts'
import { jobIdSchema, type ContentId, type JobId } from '#protocol/ids.ts'
import { resultBytesOf, unitSpanOf } from '#protocol/job-plan.ts'
import { decodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import { limits } from '#protocol/limits.ts'
import { parseUnitList, type UnitList } from '#protocol/unit-list.ts'
import { sha256 } from '@noble/hashes/sha2.js'
import { fetchAhead } from '#client/sdk/fetch-ahead.ts'
import { followJob } from '#client/sdk/follow-job.ts'
import { broken, type HttpApi } from '#client/sdk/http-api.ts'
import { MaskError, withoutRefusals } from '#client/sdk/mask-error.ts'
import { unlessAborted } from '#client/sdk/patience.ts'
import type { Requester } from '#client/sdk/requester.ts'
import { UnitMap, type UnitChange } from '#client/sdk/unit-map.ts'

/** Results fetched at the same time; each may have 16 MiB. */
const fetchesMax = 4

export interface UnitResult {
  readonly unit: number
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `verified`: final. `provisional`: usable, and replaced if the provider is found to cheat. */
  readonly verification: Verification
}

export interface ResultsOptions extends Cancellable {
  /** In unit order, the final ones alone. */
  readonly ordered?: boolean
  /** False: end after what is there now. */
  readonly wait?: boolean
  /**
   * Also those that are not final yet, for whoever wants to see early what comes of it. Such a unit comes again when it
   * is final, and may then have other bytes.
   */
  readonly provisional?: boolean
}

interface Cancellable {
  readonly signal?: AbortSignal | undefined
}

/** A job on the network. Holding one costs nothing; every method asks the coordinator. */
export class Job {
  readonly id: JobId
  readonly #api: HttpApi
  #spec: Promise<JobSpec> | undefined

  constructor(api: HttpApi, id: string) {
    const parsed = v.safeParse(jobIdSchema, id.toLowerCase())
    if (!parsed.success)
      throw new MaskError('argumentInvalid', `"${id}" is no job id: it ${parsed.issues[0].message}.`, {
        where: 'job id',
        next: 'Copy the id that submit printed.',
      })
    this.id = parsed.output
    this.#api = api
  }

  /** Where the job stands. */
  view(options: Cancellable = {}): Promise<JobView> {
    return this.#api.get(`/api/v1/jobs/${this.id}`, jobViewSchema, options)
  }

  /** What the job is: the spec blob, checked against its content id. */
  spec(options: Cancellable = {}): Promise<JobSpec> {
    this.#spec ??= this.#fetchSpec().catch((error: unknown) => {
      this.#spec = undefined
      throw error
    })
    // Others may wait for the same answer, so a caller who gives up only stops waiting.
    return unlessAborted(this.#spec, options.signal)
  }

  /** The units list, checked against its content id; undefined where the units are a range. */
  async list(options: Cancellable = {}): Promise<UnitList | undefined> {
    const { list } = await this.spec(options)
    if (list === undefined) return undefined
    const bytes = await this.#blob(list, limits.listBytesMax, options)
    return withoutRefusals(() => parseUnitList(bytes, 'the units list'))
  }

  /** The text of the merging kernel, checked against its content id; undefined where nothing is to be merged. */
  async mergeKernel(options: Cancellable = {}): Promise<string | undefined> {
    const { reduce } = await this.spec(options)
    if (reduce === undefined) return undefined
    return new TextDecoder().decode(await this.#blob(reduce, limits.wgslBytesMax, options))
  }

  /** A snapshot, then changes, until the job is settled; after a broken line a fresh snapshot. */
  events(options: Cancellable = {}): AsyncGenerator<JobEvent, void, undefined> {
    return followJob(this.#api, this.id, options.signal)
  }

  /** The view and the condition of every unit, now. */
  async snapshot(options: Cancellable = {}): Promise<{ view: JobView; units: UnitMap }> {
    const units = new UnitMap()
    for await (const event of this.events(options)) {
      units.apply(event)
      return { view: event.job, units }
    }
    throw new Error('broken assumption: an event stream begins with an event or throws')
  }

  /** Waits until every unit is accepted, failed or cancelled, or with `until: 'settled'` until all is paid and refunded too. */
  async done(options: Cancellable & { readonly until?: 'finished' | 'settled' } = {}): Promise<JobView> {
    for await (const { job } of this.events(options))
      if (isOver(job.state) && (options.until !== 'settled' || job.state === 'settled')) return job
    throw new Error('broken assumption: an event stream ends settled or throws')
  }

  /** Pauses, resumes or cancels it in its requester's name; returns where it stands then. */
  async control(action: JobAction, options: Requester & Cancellable): Promise<JobView> {
    options.signal?.throwIfAborted()
    const network = await this.#api.get('/api/v1/network', networkViewSchema, { signal: options.signal })
    // Only who signs needs the chain's library.
    const { controlJob } = await import('#client/sdk/control-job.ts')
    return controlJob(this.#api, network, this.id, action, options)
  }

  /**
   * The canonical result of an accepted unit, checked for its size.
   *
   * @throws {MaskError} `resultProvisional` when it is not final yet, unless `provisional` says that this will do.
   */
  async result(
    unit: number,
    options: Cancellable & { readonly provisional?: boolean } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, verification } = await this.#fetchResult(unit, options)
    if (verification === 'verified' || options.provisional) return bytes
    throw new MaskError('resultProvisional', `The result of unit ${unit} is not final yet.`, {
      where: `unit ${unit}`,
      next: 'Wait until the unit is accepted, or ask for what there is (provisional).',
      retryable: true,
    })
  }

  async #fetchResult(unit: number, options: Cancellable): Promise<UnitResult> {
    const { manifest } = await this.spec(options)
    const path = `/api/v1/jobs/${this.id}/units/${unit}/result`
    const { bytes, headers } = await this.#api.bytes(path, limits.resultBytesMax, options)
    const bytesExpected = withoutRefusals(() => resultBytesOf(manifest, unitSpanOf(manifest, unit).count))
    if (bytes.length !== bytesExpected)
      throw broken(`${this.#api.baseUrl}${path}`, `has ${bytes.length} bytes; the unit has ${bytesExpected}`)
    checkDigest(headers.get('repr-digest'), bytes, `${this.#api.baseUrl}${path}`)
    // Nothing but the coordinator's plain word makes a result final.
    const final = headers.get(verificationHeader) === 'verified'
    return { unit, bytes, verification: final ? 'verified' : 'provisional' }
  }

  /**
   * The results as they become final, or in unit order; failed and cancelled units are left out. Ends when all units
   * are decided; with `wait: false` after those that are accepted now.
   *
   * @example for await (const { unit, bytes } of job.results({ ordered: true })) paint(unit, bytes)
   */
  async *results(options: ResultsOptions = {}): AsyncGenerator<UnitResult, void, undefined> {
    const stop = new AbortController()
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
    const fetchOne = ({ unit, letter }: UnitChange) =>
      letter === 'p' ? this.#provisionalResult(unit, signal) : this.#finalResult(unit, signal)
    try {
      for await (const result of fetchAhead(
        takenUnits(this.events({ signal }), options),
        fetchOne,
        fetchesMax,
      ))
        if (result) yield result
    } finally {
      // The reader may leave while fetches are under way.
      stop.abort()
    }
  }

  async #finalResult(unit: number, signal: AbortSignal): Promise<UnitResult> {
    const bytes = await this.result(unit, { signal })
    return { unit, bytes, verification: 'verified' }
  }

  /** Undefined when it has been taken back meanwhile: another will come. */
  async #provisionalResult(unit: number, signal: AbortSignal): Promise<UnitResult | undefined> {
    try {
      return await this.#fetchResult(unit, { signal })
    } catch (error) {
      if (error instanceof MaskError && error.code === 'notFound') return undefined
      throw error
    }
  }

  async #fetchSpec(): Promise<JobSpec> {
    const { spec } = await this.view()
    const bytes = await this.#blob(spec, limits.manifestBytesMax, {})
    return withoutRefusals(() => decodeJobSpec(bytes))
  }

  async #blob(id: ContentId, bytesMax: number, options: Cancellable): Promise<Uint8Array> {
    const path = `/api/v1/blobs/${id}`
    const { bytes } = await this.#api.bytes(path, bytesMax, options)
    checkContent(id, bytes, `${this.#api.baseUrl}${path}`)
    return bytes
  }
}

/** Whether all units of a job are decided. */
export function isOver(state: JobState): boolean {
  return state === 'finished' || state === 'settled'
}

/** The units of a job as they become usable; `ordered` holds one back until all before it are decided. */
async function* takenUnits(
  events: AsyncIterable<JobEvent>,
  { ordered = false, wait = true, provisional = false }: ResultsOptions,
): AsyncGenerator<UnitChange, void, undefined> {
  const map = new UnitMap()
  let next = 0
  for await (const event of events) {
    const changes = map.apply(event)
    if (!ordered)
      for (const change of changes)
        if (change.letter === 'a' || (provisional && change.letter === 'p')) yield change
    for (; ordered && isDecided(map.letters[next]); next += 1)
      if (map.letters[next] === 'a') yield { unit: next, letter: 'a' }
    if (!wait || isOver(event.job.state)) break
  }
  for (const unit of ordered ? map.in('accepted') : []) if (unit >= next) yield { unit, letter: 'a' }
}

function isDecided(letter: UnitLetter | undefined): boolean {
  return letter === 'a' || letter === 'f' || letter === 'x'
}

function checkContent(expected: ContentId, bytes: Uint8Array, where: string): void {
  if (contentIdOf(bytes) !== expected) throw broken(where, 'does not have the content its id names')
}

/** RFC 9530: `sha-256=:<base64>:`. Checked where the coordinator sends it. */
function checkDigest(header: string | null, bytes: Uint8Array, where: string): void {
  const [, base64] = /(?:^|,)\s*sha-256=:([^:]*):/.exec(header ?? '') ?? []
  if (base64 === undefined) return
  const announced = toHex(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)))
  if (announced !== toHex(sha256(bytes))) throw broken(where, 'does not have the digest it announces')
}
