import { totalmem } from 'node:os'
import { assert, unreachable } from '#protocol/assert.ts'
import type { ContentId } from '#protocol/ids.ts'
import { decodeJobSpec, type JobSpec } from '#protocol/job-spec.ts'
import type { FromCoordinator } from '#protocol/messages.ts'
import { Refusal } from '#protocol/refusal.ts'
import { checkSourceOf } from '#runner/check-source.ts'
import { RunnerChild } from '#runner/dawn/runner-child.ts'
import type { JobSource } from '#runner/job-source.ts'
import { kernelSource } from './admission/kernel-source.ts'
import { StoredSource } from './admission/stored-source.ts'
import type { Blobs } from './blobs/blobs.ts'

/** What the reference worker is asked to compute. */
export type ReferenceTask = Pick<
  Extract<FromCoordinator, { type: 'assign' }>,
  'job' | 'spec' | 'unit' | 'task'
> & {
  /** The result to be checked, where that is the task. */
  readonly candidate: Uint8Array | undefined
}

export interface ReferenceRunnerOptions {
  readonly blobs: Pick<Blobs, 'get'>
  /** What one task may take, compiling included. */
  readonly wallMs?: number
  /** How long the child is kept for another task of the same job. */
  readonly restMs?: number
}

/** Less than the longest that a lease can be renewed to. */
const wallMsMax = 12 * 60_000
const restMsUsual = 30_000
const memoryBytesMax = Math.min(3 * 1024 ** 3, totalmem() / 2)

/**
 * Computes on this machine's processor, in a child that gives way to everything else and can be ended. One task at a
 * time; the child stays for the next task of the same job.
 */
export class ReferenceRunner {
  readonly #options: Required<ReferenceRunnerOptions>
  #kept: { readonly job: string; readonly child: RunnerChild } | undefined
  #rest: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ReferenceRunnerOptions) {
    this.#options = { wallMs: wallMsMax, restMs: restMsUsual, ...options }
  }

  /** The software adapter's name; undefined where this machine has none. */
  async adapter(): Promise<string | undefined> {
    const { adapter } = await this.#childFor('')
    await this.#drop()
    return adapter
  }

  /**
   * The bytes to commit to.
   *
   * @throws {RunnerError} and {ChildFailure} of the run; {Refusal} for data that is missing.
   */
  async run({ job, spec: cid, unit, task, candidate }: ReferenceTask): Promise<Uint8Array<ArrayBuffer>> {
    const spec = decodeJobSpec(await this.#get(cid))
    const source = new StoredSource(spec, await this.#text(spec.kernel), this.#options.blobs, job)
    const child = await this.#childFor(job)
    const limit = { wallMs: this.#options.wallMs }
    try {
      switch (task?.kind) {
        case undefined:
          return (await child.run(source, unit, limit)).result
        case 'spots':
          return (await child.runSpots(source, task.spots, limit)).result
        case 'check': {
          const checking = await this.#checkOf(child, source, spec, unit, candidate)
          return (await child.run(checking, unit, limit)).result
        }
        default:
          return unreachable(task)
      }
    } finally {
      this.#rest = setTimeout(() => void this.#drop(), this.#options.restMs)
    }
  }

  /** Ends the task under way, which then fails. */
  async cancel(): Promise<void> {
    await this.#drop()
  }

  /** Ends the task under way, and takes no other. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#drop()
  }

  async #checkOf(
    child: RunnerChild,
    source: StoredSource,
    spec: JobSpec,
    unit: number,
    candidate: Uint8Array = new Uint8Array(),
  ): Promise<JobSource> {
    assert(spec.check !== undefined, 'only a job with a verify kernel has results checked by it')
    const wgsl = await this.#text(spec.check)
    const { manifest } = spec
    const facts = {
      inputBytes: await source.inputBytes(),
      list: 'list' in manifest.units ? await source.loadList() : undefined,
    }
    const { check } = await child.inspectCheck({ manifest, wgsl }, facts, { wallMs: this.#options.wallMs })
    return checkSourceOf(source, { ...check, wgsl }, unit, candidate.slice())
  }

  async #childFor(job: string): Promise<RunnerChild> {
    clearTimeout(this.#rest)
    if (this.#kept?.job === job && this.#kept.child.alive) return this.#kept.child
    await this.#drop()
    const child = await RunnerChild.start({ backend: 'software', memoryBytesMax, background: true })
    this.#kept = { job, child }
    if (this.#closed) await this.#drop()
    return child
  }

  async #drop(): Promise<void> {
    clearTimeout(this.#rest)
    const kept = this.#kept
    this.#kept = undefined
    await kept?.child[Symbol.asyncDispose]()
  }

  async #text(cid: ContentId): Promise<string> {
    return kernelSource(await this.#get(cid))
  }

  async #get(cid: ContentId): Promise<Uint8Array> {
    const bytes = await this.#options.blobs.get(cid)
    if (bytes) return bytes
    throw new Refusal('blobMissing', `The blob ${cid} is not stored here any more.`, { where: cid })
  }
}
