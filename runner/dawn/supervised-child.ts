import { fork, type ChildProcess, type Serializable } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { ChildFailure, type ChildFailureCode } from './child-failure.ts'

export interface SupervisedChildOptions {
  readonly program: URL
  /** All of the child's environment. */
  readonly environment: NodeJS.ProcessEnv
  /** Resident memory above which the child is ended. Watched on Linux; elsewhere only JavaScript's share is bounded. */
  readonly memoryBytesMax: number
  /** Gives way to every other process of the machine. */
  readonly background: boolean
  /** What the child says that is no answer. */
  readonly onMessage: (message: Serializable) => void
}

/** What the child answers a request with. */
export type ChildAnswer = { readonly answers: number } & (
  { readonly value: unknown } | { readonly failure: unknown }
)

const memoryLookMs = 100
const lastWordsCharacters = 2_000
const backgroundNiceness = 5

/**
 * A child process for work that may crash, hang or eat memory. Every request has a time limit, and whatever ends the
 * child fails the requests under way with a `ChildFailure`: nothing it does can end this process.
 */
export class SupervisedChild {
  readonly #process: ChildProcess
  readonly #gone: Promise<void>
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #memoryBytesMax: number
  #memoryTimer: ReturnType<typeof setInterval> | undefined
  #lastId = 0
  #lastWords = ''
  /** Why it was ended, or has ended. */
  #end: ChildFailure | undefined

  constructor({ program, environment, memoryBytesMax, background, onMessage }: SupervisedChildOptions) {
    this.#memoryBytesMax = memoryBytesMax
    const heapMiB = Math.ceil(memoryBytesMax / 2 ** 20)
    this.#process = fork(program, {
      serialization: 'advanced',
      // A terminal's Ctrl-C goes to its whole group; this child is ended by its owner alone.
      detached: true,
      env: environment,
      // The owner's own flags (loaders, inspectors) are not the child's.
      execArgv: [`--max-old-space-size=${heapMiB}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    const gone = Promise.withResolvers<undefined>()
    this.#gone = gone.promise
    // Not at its `exit`, after which its last words may still arrive.
    this.#process.once('close', (code, signal) => {
      this.#mourn('crashed', `The child process ended with ${signal ?? `exit code ${code ?? '?'}`}.`)
      gone.resolve(undefined)
    })
    // What is sent to a child that has just died comes back as an `error`, and one that nobody hears ends us.
    this.#process.on('error', (error) => {
      this.#mourn('crashed', `The child process could not be reached: ${error.message}.`)
      if (this.#process.pid === undefined) gone.resolve(undefined)
    })
    this.#process.on('message', (message) => {
      if (isAnswer(message)) this.#settle(message)
      else onMessage(message)
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsCharacters)
    })
    if (background) this.#giveWay()
  }

  /** For tests that look for what is left over. */
  get processId(): number | undefined {
    return this.#process.pid
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return this.#end === undefined
  }

  /**
   * The child's answer to `request`, which it gets together with a number as `id`.
   *
   * @param wallMs after which the child is ended.
   * @throws {ChildFailure}, and what `revive` makes of a failure that the child reports.
   */
  async ask(request: object, wallMs: number, revive: (failure: unknown) => Error): Promise<unknown> {
    if (this.#end) throw this.#end
    const id = ++this.#lastId
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#watchMemory()
    const alarm = setTimeout(() => {
      this.kill('timedOut', `There was no answer within ${wallMs} ms.`)
    }, wallMs)
    this.tell({ ...request, id })
    try {
      return await waiting.promise
    } catch (error) {
      throw error instanceof ChildFailure ? error : revive(error)
    } finally {
      clearTimeout(alarm)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) this.#restMemory()
    }
  }

  /** Sends without waiting. What a dead child does not hear is no fault: its end is told to those who wait. */
  tell(message: object): void {
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }

  /** Ends the child whatever it is doing; a gentler signal does not reach native code that hangs. */
  kill(code: ChildFailureCode, why: string): void {
    this.#mourn(code, why)
    this.#process.kill('SIGKILL')
  }

  /** Ends the child and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('crashed', 'The child process was closed.')
    await this.#gone
  }

  #mourn(code: ChildFailureCode, why: string): void {
    // The first reason counts: a child that was ended for its memory then also ends by a signal.
    this.#end ??= new ChildFailure(code, why, this.#lastWords)
    this.#restMemory()
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end)
    this.#waiting.clear()
  }

  #settle(answer: ChildAnswer): void {
    const waiting = this.#waiting.get(answer.answers)
    if ('failure' in answer) waiting?.reject(answer.failure)
    else waiting?.resolve(answer.value)
  }

  #watchMemory(): void {
    this.#memoryTimer ??= setInterval(() => {
      void this.#lookAtMemory()
    }, memoryLookMs)
  }

  async #lookAtMemory(): Promise<void> {
    const bytes = await residentBytesOf(this.#process.pid)
    if (bytes !== undefined && bytes > this.#memoryBytesMax)
      this.kill('outOfMemory', `More than ${this.#memoryBytesMax} bytes of memory were taken.`)
  }

  #restMemory(): void {
    clearInterval(this.#memoryTimer)
    this.#memoryTimer = undefined
  }

  #giveWay(): void {
    try {
      if (this.#process.pid !== undefined) setPriority(this.#process.pid, backgroundNiceness)
    } catch {
      // It has ended already, and that is told elsewhere; or the system knows no priorities.
    }
  }
}

function isAnswer(message: Serializable): message is ChildAnswer & object {
  return typeof message === 'object' && 'answers' in message
}

/** Resident memory of a process, where the system has /proc. */
async function residentBytesOf(processId: number | undefined): Promise<number | undefined> {
  if (processId === undefined) return undefined
  try {
    const status = await readFile(`/proc/${processId}/status`, 'utf8')
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}
