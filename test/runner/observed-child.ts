import { fork, type ChildProcess } from 'node:child_process'
import type { UnitList } from '#protocol/unit-list.ts'
import type { JobSource, RunOptions, UnitOutcome } from '#runner/job-source.ts'
import type { Pace, Usage } from '#runner/pace.ts'
import type { CompilerMessage, RunnerErrorCode } from '#runner/runner-error.ts'
import type { RunnerOptions } from '#runner/runner.ts'
import { childEnvironment } from '#runner/dawn/vulkan-environment.ts'

export interface ObservedJob extends Pick<JobSource, 'key' | 'manifest' | 'wgsl'> {
  readonly inputs: Readonly<Record<string, Uint8Array>>
  readonly list?: UnitList
}

export type ChildRequest = { readonly id: number; readonly options: RunnerOptions } & ChildQuestion

export type ChildQuestion =
  | {
      readonly kind:
        'describe' | 'facts' | 'measure' | 'close' | 'devices' | 'lose' | 'usage' | 'pause' | 'resume'
    }
  | { readonly kind: 'pace'; readonly pace: Pace }
  | { readonly kind: 'run'; readonly job: ObservedJob; readonly unit: number; readonly run: RunOptions }

export interface ChildFailure {
  readonly code: RunnerErrorCode | 'other'
  readonly message: string
  readonly compiler: readonly CompilerMessage[]
}

export type ChildReply = { readonly id: number } & (
  { readonly value: unknown } | { readonly failure: ChildFailure }
)

/** How many devices were opened, and how many of them have ended. */
export interface DeviceCounts {
  readonly opened: number
  readonly destroyed: number
}

/** The production runner in a child process, over Dawn and a software driver, with its devices counted. */
export class ObservedChild {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #lastId = 0

  constructor() {
    this.#process = fork(new URL('./observed-child-program.ts', import.meta.url), {
      serialization: 'advanced',
      execArgv: [],
      env: childEnvironment('software'),
    })
    this.#process.on('message', (reply) => {
      this.#settle(reply as ChildReply)
    })
    this.#process.on('exit', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(new Error('the runner child ended'))
    })
  }

  async run(
    job: ObservedJob,
    unit: number,
    options: Partial<RunnerOptions> = {},
    run: RunOptions = {},
  ): Promise<UnitOutcome> {
    const outcome = (await this.ask({ kind: 'run', job, unit, run }, options)) as UnitOutcome
    // Copied, because bytes arrive at odd offsets.
    return { ...outcome, result: outcome.result.slice() }
  }

  async devices(): Promise<DeviceCounts> {
    return (await this.ask({ kind: 'devices' })) as DeviceCounts
  }

  async usage(options: Partial<RunnerOptions> = {}): Promise<Usage> {
    return (await this.ask({ kind: 'usage' }, options)) as Usage
  }

  /** @param options those of the runner that is meant; each has a runner of its own. */
  ask(question: ChildQuestion, options: Partial<RunnerOptions> = {}): Promise<unknown> {
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#process.send({ ...question, id, options: { allowSoftwareAdapter: true, ...options } })
    return waiting.promise
  }

  /** Ends the child, whatever it is doing: a hung kernel cannot be called back. */
  end(): void {
    this.#process.kill('SIGKILL')
  }

  #settle(reply: ChildReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('failure' in reply) waiting?.reject(Object.assign(new Error(reply.failure.message), reply.failure))
    else waiting?.resolve(reply.value)
  }
}
