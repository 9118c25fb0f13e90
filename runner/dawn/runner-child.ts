import type { JobFacts } from '#protocol/manifest-inference.ts'
import type { SpotPlace } from '#protocol/spots.ts'
import type { Reflection } from '#protocol/wgsl/reflection.ts'
import type { JobSource, SpotsOutcome, UnitOutcome } from '../job-source.ts'
import type { RunnerOptions, RunOptions } from '../runner.ts'
import { errorOf } from './child-faults.ts'
import type {
  ChildFault,
  ChildGuard,
  ChildJob,
  ChildLoad,
  ChildOrder,
  DawnBackend,
  LoadAnswer,
} from './child-messages.ts'
import type { InspectedCheck } from './inspect-job.ts'
import { SupervisedChild } from './supervised-child.ts'
import { childEnvironment } from './vulkan-environment.ts'

/** When a request has no answer by then, the child is ended. */
export interface TimeLimit {
  readonly wallMs: number
}

export interface RunnerChildOptions {
  readonly backend: DawnBackend
  /** Resident memory above which the child is ended. */
  readonly memoryBytesMax: number
  /** Gives way to every other process of the machine. */
  readonly background?: boolean
  readonly runner?: Partial<RunnerOptions>
}

/** Starting Node and loading Dawn: 0.2 s alone, more beside busy neighbours. */
const startMsMax = 30_000

/**
 * The production runner in a child process of its own, over Dawn: what strangers wrote may crash a compiler, hang a
 * GPU or eat memory there. Every call may fail with a `ChildFailure`, after which the child is gone.
 *
 * @example
 * await using child = await RunnerChild.start({ backend: 'default', memoryBytesMax: 2 ** 31 })
 * const { result } = await child.run(source, 0, { wallMs: 20_000 })
 */
export class RunnerChild {
  readonly #child: SupervisedChild
  readonly #sources = new Map<string, JobSource>()
  readonly #loadErrors = new Map<number, unknown>()
  #adapter: string | undefined

  private constructor({ backend, memoryBytesMax, background = false }: RunnerChildOptions) {
    this.#child = new SupervisedChild({
      program: new URL('./runner-child-program.ts', import.meta.url),
      environment: childEnvironment(backend),
      memoryBytesMax,
      background,
      onMessage: (message) => {
        void this.#load(message as unknown as ChildLoad)
      },
    })
  }

  /** @throws {ChildFailure} where Dawn's binding does not load. A machine without adapter gives a child without one. */
  static async start(options: RunnerChildOptions): Promise<RunnerChild> {
    const child = new RunnerChild(options)
    try {
      const { backend, runner = {} } = options
      const adapter = await child.#ask(
        { kind: 'open', backend, runner: { allowSoftwareAdapter: true, ...runner } },
        startMsMax,
      )
      child.#adapter = adapter as string | undefined
      return child
    } catch (error) {
      await child[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The adapter's name; undefined where the machine has none. */
  get adapter(): string | undefined {
    return this.#adapter
  }

  get processId(): number | undefined {
    return this.#child.processId
  }

  get alive(): boolean {
    return this.#child.alive
  }

  /** As `inspectJob`. @throws {Refusal}; {ChildFailure} */
  async inspect(job: Omit<ChildJob, 'key'>, facts: JobFacts, { wallMs }: TimeLimit): Promise<Reflection> {
    const { manifest, wgsl } = job
    return (await this.#ask({ kind: 'inspect', job: { manifest, wgsl }, facts }, wallMs)) as Reflection
  }

  /** As `inspectCheck`. @throws {Refusal}; {ChildFailure} */
  async inspectCheck(
    job: Omit<ChildJob, 'key'>,
    facts: JobFacts,
    { wallMs }: TimeLimit,
  ): Promise<InspectedCheck> {
    return (await this.#ask({ kind: 'inspectCheck', job, facts }, wallMs)) as InspectedCheck
  }

  /** As `guardLoops`. @throws {Refusal} `kernelInvalid` where the kernel takes no guard; {ChildFailure} */
  async guard(wgsl: string, turnsMax: number, { wallMs }: TimeLimit): Promise<ChildGuard> {
    return (await this.#ask({ kind: 'guard', wgsl, turnsMax }, wallMs)) as ChildGuard
  }

  /**
   * Runs a unit, as `Runner.run` does. Data is loaded from `source` as the runner asks for it.
   *
   * @throws {ChildFailure}; {RunnerError} and {Refusal} as `Runner.run` does; what `source` throws.
   */
  async run(source: JobSource, unit: number, options: RunOptions & TimeLimit): Promise<UnitOutcome> {
    const { wallMs, ...rest } = options
    const order: ChildOrder = { kind: 'run', job: this.#lend(source), unit, options: rest }
    return withOwnBytes((await this.#ask(order, wallMs)) as UnitOutcome)
  }

  /** Runs spots, as `Runner.runSpots` does. @throws as `run` */
  async runSpots(
    source: JobSource,
    spots: readonly SpotPlace[],
    options: Pick<RunOptions, 'tileWorkgroups'> & TimeLimit,
  ): Promise<SpotsOutcome> {
    const { wallMs, ...rest } = options
    const order: ChildOrder = { kind: 'runSpots', job: this.#lend(source), spots, options: rest }
    return withOwnBytes((await this.#ask(order, wallMs)) as SpotsOutcome)
  }

  /** Ends the child, whatever it is doing, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
  }

  /** The job without its data, which is loaded from `source` when the child asks for it. */
  #lend(source: JobSource): ChildJob {
    const { key, manifest, wgsl } = source
    this.#sources.set(key, source)
    return { key, manifest, wgsl }
  }

  #ask(order: ChildOrder, wallMs: number): Promise<unknown> {
    return this.#child.ask(order, wallMs, (fault) => {
      const error = errorOf(fault as ChildFault, this.#loadErrors)
      return error instanceof Error ? error : new Error(String(error))
    })
  }

  async #load({ load, key, what }: ChildLoad): Promise<void> {
    const source = this.#sources.get(key)
    let answer: LoadAnswer
    try {
      if (!source) throw new Error('The child asked for data of a job that it was not given.')
      answer = { loaded: load, value: await loadFrom(source, what) }
    } catch (error) {
      this.#loadErrors.set(load, error)
      answer = { loaded: load, failed: true }
    }
    this.#child.tell(answer)
  }
}

/** Copied, because bytes arrive at odd offsets and a Float32Array over them needs multiples of four. */
function withOwnBytes<Outcome extends { readonly result: Uint8Array<ArrayBuffer> }>(
  outcome: Outcome,
): Outcome {
  return { ...outcome, result: outcome.result.slice() }
}

function loadFrom(source: JobSource, what: ChildLoad['what']): Promise<unknown> {
  switch (what.kind) {
    case 'input':
      return source.loadInput(what.name)
    case 'slice':
      return source.loadSlice(what.name, what.begin, what.end)
    case 'list':
      return source.loadList()
  }
}
