import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

const mainProgram = new URL('../../coordinator/main.ts', import.meta.url).pathname
const startTimeoutMs = 60_000

/** A coordinator in a process of its own, to be ended gently or by SIGKILL and started again on the same data. */
export class CoordinatorProcess {
  readonly url: string
  readonly port: number
  /** The child that holds the WebRTC connections. */
  readonly webrtcHostProcessId: number
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess, webrtcHostProcessId: number) {
    this.url = url
    this.port = Number(new URL(url).port)
    this.#child = child
    this.webrtcHostProcessId = webrtcHostProcessId
  }

  /** Starts one; settles when it serves. Its log lines go to `onLog`, or are dropped. */
  static async start(options: {
    dataDirectory: string
    port?: number
    flags?: readonly string[]
    onLog?: (text: string) => void
  }): Promise<CoordinatorProcess> {
    const flags = [
      '--data',
      options.dataDirectory,
      '--port',
      `${options.port ?? 0}`,
      ...(options.flags ?? []),
    ]
    const child = fork(mainProgram, flags, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let said = ''
    child.stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-4_000)
      options.onLog?.(text.toString())
    })
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`The coordinator did not start within ${startTimeoutMs / 1_000} s. ${said}`))
      }, startTimeoutMs)
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`The coordinator ended with code ${String(code)}. ${said}`))
      })
      child.on('message', (message: { kind: 'ready'; url: string; webrtcHostProcessId: number }) => {
        clearTimeout(timer)
        child.removeAllListeners('exit')
        resolve(new CoordinatorProcess(message.url, child, message.webrtcHostProcessId))
      })
    })
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }
}
