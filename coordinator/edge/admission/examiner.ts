import { createHash } from 'node:crypto'
import { totalmem } from 'node:os'
import type { Logger } from 'pino'
import type { JobSpec } from '#protocol/job-spec.ts'
import type { ContentId } from '#protocol/ids.ts'
import { Refusal } from '#protocol/refusal.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import { RunnerChild, type RunnerChildOptions } from '#runner/dawn/runner-child.ts'
import { RunnerError } from '#runner/runner-error.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { canaryRule, runCanary, type Canary, type CanaryReport } from './canary.ts'
import { CheckTrial } from './check-trial.ts'
import { judgementOf, Unprovable, type Stage } from './kernel-refusals.ts'
import { kernelSource } from './kernel-source.ts'
import { isSpottable } from './spot-trial.ts'
import { StoredSource } from './stored-source.ts'

export interface ExaminerOptions {
  readonly blobs: Pick<Blobs, 'get'>
  readonly log: Logger
  /**
   * What becomes of a job that this machine cannot run at all, for lack of a software adapter or of a feature:
   * `admit` it unproven, for a network among friends; or `refuse` it.
   */
  readonly unprovable: 'admit' | 'refuse'
  /** Examinations that may wait for the one under way. */
  readonly waitingMax?: number
  /** What each run of the canary may take, compiling included. */
  readonly canaryMsMax?: number
}

/** What came of an examination that ended well. */
export interface Examination {
  /** `undefined` for a job that was admitted unproven. */
  readonly canary: CanaryReport | undefined
  /** Whether units can be checked by spots; only looked into for a job whose units are computed once. */
  readonly spottable: boolean
  /** For people who look at the job. */
  readonly notes: readonly string[]
}

const inspectMsMax = 10_000
const validateMsMax = 20_000
/** The first steps of a unit bind and dispatch all that its later ones do, in most jobs. */
const dryRunMs = 3_000
const validatorBytesMax = 1024 ** 3
const canaryBytesMax = Math.min(3 * 1024 ** 3, totalmem() / 2)
const rememberedMax = 1_000

/**
 * Examines kernels before any volunteer gets them: in child processes that give way to everything else and can be
 * ended, one job at a time, with what was found good remembered.
 */
export class Examiner {
  readonly #options: Required<ExaminerOptions>
  readonly #remembered = new Map<string, Examination>()
  readonly #closing = new AbortController()
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ExaminerOptions) {
    this.#options = { waitingMax: 8, canaryMsMax: canaryRule.wallMs, ...options }
  }

  /**
   * Proves a job: its kernel compiles, fits the manifest, ends, and gives the same again.
   *
   * @param job whose every blob is stored.
   * @throws {Refusal} with the place and the next step; `tooManyJobs` when too many wait already.
   */
  async examine(job: { readonly spec: JobSpec; readonly kernel: Uint8Array }): Promise<Examination> {
    const key = keyOf(job.spec)
    const known = this.#remembered.get(key)
    if (known) return known
    if (this.#waiting > this.#options.waitingMax)
      throw new Refusal('tooManyJobs', `${this.#waiting} jobs wait for their examination already.`, {
        next: 'Try again in a minute.',
      })
    this.#waiting += 1
    const turn = this.#last.then(async () => this.#remembered.get(key) ?? (await this.#examine(job)))
    // One that fails must not keep the next from its turn.
    this.#last = turn.catch(() => undefined)
    try {
      const examination = await turn
      this.#remember(key, examination)
      return examination
    } finally {
      this.#waiting -= 1
    }
  }

  /** Refuses what waits, ends the examination under way, and waits for its child to be gone. */
  async close(): Promise<void> {
    this.#closing.abort(
      new Refusal('draining', 'The coordinator is closing.', { next: 'Submit again in a minute.' }),
    )
    await this.#last
  }

  async #examine({ spec, kernel }: { spec: JobSpec; kernel: Uint8Array }): Promise<Examination> {
    const files = spec.manifest.wgsl
    const source = new StoredSource(spec, kernelSource(kernel), this.#options.blobs)
    const reflection = await this.#validate(source, files)
    const hasLoops = reflection.entryPoints.some(({ loops }) => loops > 0)
    const check = spec.check === undefined ? undefined : await this.#validateCheck(source, spec.check)
    await using child = await this.#childFor(softwareChild)
    try {
      if (child.adapter === undefined)
        throw new Unprovable('This machine has no software adapter for WebGPU.')
      const canary: Canary = { child, source, wallMs: this.#options.canaryMsMax }
      const run = await judged('canary', files, () => runCanary(canary, hasLoops))
      const notes = [...notesOf(run.report), ...((await check?.run(canary, run)) ?? [])]
      // What a verify kernel judges is not compared with anything.
      const once = spec.manifest.quorum === 1 && !check
      const spottable = once && (await isSpottable(canary, run, reflection))
      return { canary: run.report, spottable, notes }
    } catch (error) {
      if (!(error instanceof Unprovable)) throw error
      return this.#unproven(spec, error.message)
    }
  }

  /** Without a GPU: whether everything fits together and compiles. @returns what the kernel says about itself */
  async #validate(source: StoredSource, files: readonly string[]): Promise<Reflection> {
    const { manifest, wgsl } = source
    const inputBytes = await source.inputBytes()
    const list = 'list' in manifest.units ? await source.loadList() : undefined
    await using child = await this.#childFor(validator)
    const reflection = await judged('inspection', files, () =>
      child.inspect({ manifest, wgsl }, { inputBytes, list }, { wallMs: inspectMsMax }),
    )
    try {
      await judged('validation', files, () =>
        child.run(source, 0, { stopAfterMs: dryRunMs, wallMs: validateMsMax }).catch(unlessUnwritten),
      )
    } catch (error) {
      // The validator's limits are the least there are; the inspection has judged by those of real devices.
      if (!(error instanceof Unprovable)) throw error
    }
    return reflection
  }

  async #validateCheck(source: StoredSource, id: ContentId): Promise<CheckTrial> {
    const text = await this.#options.blobs.get(id)
    if (!text)
      throw new Refusal('blobMissing', 'The verify kernel is not stored here any more.', { where: id })
    const list = 'list' in source.manifest.units ? await source.loadList() : undefined
    const facts = { inputBytes: await source.inputBytes(), list }
    await using child = await this.#childFor(validator)
    const wallMs = { inspect: inspectMsMax, compile: validateMsMax }
    return await CheckTrial.validate(child, { job: source, text, facts }, wallMs)
  }

  /** A child that also ends when the examiner is closed. */
  async #childFor(options: RunnerChildOptions): Promise<RunnerChild> {
    this.#closing.signal.throwIfAborted()
    const child = await RunnerChild.start(options)
    this.#closing.signal.addEventListener('abort', () => void child[Symbol.asyncDispose](), { once: true })
    return child
  }

  #unproven({ kernel }: JobSpec, why: string): Examination {
    if (this.#options.unprovable === 'refuse')
      throw new Refusal('notPortable', `This coordinator cannot prove the kernel. ${why}`, {
        where: 'requires',
        next: 'Do without the feature; or ask the operator for a machine with a software adapter that has it.',
      })
    this.#options.log.warn({ kernel, why }, 'a kernel is admitted unproven: unit 0 could not be run here')
    return { canary: undefined, spottable: false, notes: [`Admitted unproven. ${why}`] }
  }

  #remember(key: string, examination: Examination): void {
    this.#remembered.set(key, examination)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > rememberedMax && oldest !== undefined) this.#remembered.delete(oldest)
  }
}

async function judged<T>(stage: Stage, files: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw judgementOf(error, stage, files)
  }
}

/** Where nothing is computed, nothing is written. */
function unlessUnwritten(error: unknown): undefined {
  if (!(error instanceof RunnerError && error.code === 'unwritten')) throw error
  return undefined
}

const validator: RunnerChildOptions = { backend: 'null', memoryBytesMax: validatorBytesMax, background: true }
const softwareChild: RunnerChildOptions = {
  backend: 'software',
  memoryBytesMax: canaryBytesMax,
  background: true,
}

function notesOf({ complete, guarded, progress }: CanaryReport): string[] {
  return [
    ...(complete
      ? []
      : [`Proven for the first ${progress} workgroups and steps of unit 0, as far as the time went.`]),
    ...(guarded ? [] : ['Its loops could not be counted.']),
  ]
}

/** Of all that decides what is run: kernel, data and the manifest without its words for people, its price and its picture. */
function keyOf({ manifest, kernel, inputs, list, check }: JobSpec): string {
  const { parameters, requires, buffers, textures, samplers, passes, units, tiling, verify } = manifest
  const run = { parameters, requires, buffers, textures, samplers, passes, units, tiling, verify }
  const declared = manifest.inputs
  // Only units that are computed once are checked by spots.
  const once = manifest.quorum === 1
  const text = JSON.stringify([kernel, inputs, list, check, declared, run, once])
  return createHash('sha256').update(text).digest('hex')
}
